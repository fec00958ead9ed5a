import { ruleNames } from './change.ts';
import { NO_MARKS, type Marks, type Rule } from './rule.ts';
import { readyAtMs, take, WHOLE, type TakeCommand } from './state.ts';

/** Taken to be this environment's share of the fleet while nothing is known of it. */
const UNKNOWN_SHARE = 0.1;

/** How much of what was known goes into what is known. */
const MEMORY = 0.9;

/** After a pause of this length an outage is another one. */
const AFRESH_MS = 10_000;

/**
 * What share of the fleet's tokens this environment takes, and how it decides with that share alone while the store does not
 * answer: every token then costs as many as the share is a part of the whole.
 */
export class LocalLimit {
  #own = 0;
  #fleet = 0;
  #marks: Marks = NO_MARKS;
  #takenAtMs = -Infinity;

  /** Notes what this environment and the whole fleet have taken since the answer before. */
  note(own: number, fleet: number): void {
    if (fleet <= 0 || own > fleet) return;
    this.#own = this.#own * MEMORY + own;
    this.#fleet = this.#fleet * MEMORY + fleet;
  }

  /** Share of the fleet's tokens, above 0 and up to 1. */
  get share(): number {
    return this.#fleet === 0 ? UNKNOWN_SHARE : Math.max(this.#own / this.#fleet, 1 / this.#fleet);
  }

  /**
   * Takes tokens of this environment's share: 0 if they are there, else the milliseconds until they are.
   *
   * @param known What is known of the key, from which an outage begins.
   */
  take(rules: readonly Rule[], tokens: number, nowMs: number, known: Marks = NO_MARKS): number {
    // What the fleet had used up when the store was last heard of is used up here too.
    if (nowMs - this.#takenAtMs > AFRESH_MS) this.#marks = ruleMarks(known, rules);
    this.#takenAtMs = nowMs;
    const smallest = Math.min(...rules.map(({ capacity }) => capacity));
    // A share of less than one call would be none at all.
    const cost = Math.min(Math.ceil(tokens / this.share), Math.max(tokens, smallest));
    const command: TakeCommand = { rules, tokens: cost, nowMs, split: WHOLE, reserveMs: 0, marginMs: 0, returned: [] };
    const { outcome, marks } = take(command, this.#marks);
    this.#marks = marks;
    return outcome === 'granted' ? 0 : readyAtMs(command, marks) - nowMs;
  }
}

function ruleMarks(marks: Marks, rules: readonly Rule[]): Marks {
  const names = new Set(rules.flatMap(ruleNames));
  return Object.fromEntries(Object.entries(marks).filter(([name]) => names.has(name)));
}
