import type { AlarmState } from './alarm-states.ts';

/** Tells the state of an alarm by its name or id; undefined if nothing is known of it. */
export type StateOf = (alarm: string) => AlarmState | undefined;

/**
 * Whether the rule of a composite alarm holds: `ALARM("...")`, `OK("...")` and `INSUFFICIENT_DATA("...")` with `AND`, `OR`, `NOT`,
 * `TRUE`, `FALSE` and brackets. Of an alarm of which nothing is known, nothing holds.
 *
 * @throws Error if the rule has anything else in it.
 */
export function ruleHolds(rule: string, stateOf: StateOf): boolean {
  const tokens = rule.match(/"[^"]*"|\w+|[()]|\S/g) ?? [];
  const parser = new RuleParser(tokens, stateOf);
  const holds = parser.or();
  if (!parser.isAtEnd) throw new Error(`cannot read the rule ${rule}`);
  return holds;
}

/** The alarms that a rule names. */
export function alarmsInRule(rule: string): string[] {
  return [...rule.matchAll(/\b(?:ALARM|OK|INSUFFICIENT_DATA)\(\s*"?([^")\s]*)"?\s*\)/g)].map(([, alarm = '']) => alarm);
}

class RuleParser {
  readonly #tokens: readonly string[];
  readonly #stateOf: StateOf;
  #at = 0;

  constructor(tokens: readonly string[], stateOf: StateOf) {
    this.#tokens = tokens;
    this.#stateOf = stateOf;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  or(): boolean {
    let holds = this.#and();
    // Both sides are read, whatever the first one says.
    while (this.#takes('OR')) holds = this.#and() || holds;
    return holds;
  }

  #and(): boolean {
    let holds = this.#not();
    while (this.#takes('AND')) holds = this.#not() && holds;
    return holds;
  }

  #not(): boolean {
    return this.#takes('NOT') ? !this.#not() : this.#atom();
  }

  #atom(): boolean {
    if (this.#takes('(')) return this.#closing(this.or());
    const word = this.#take();
    if (word === 'TRUE' || word === 'FALSE') return word === 'TRUE';
    if (!['ALARM', 'OK', 'INSUFFICIENT_DATA'].includes(word) || !this.#takes('(')) throw new Error(`${word} is not known in a rule`);
    return this.#closing(this.#stateOf(this.#take().replaceAll('"', '')) === word);
  }

  #closing(holds: boolean): boolean {
    if (!this.#takes(')')) throw new Error('a bracket is missing in a rule');
    return holds;
  }

  #takes(token: string): boolean {
    const isNext = this.#tokens[this.#at] === token;
    if (isNext) this.#at += 1;
    return isNext;
  }

  #take(): string {
    const token = this.#tokens[this.#at] ?? '';
    this.#at += 1;
    return token;
  }
}
