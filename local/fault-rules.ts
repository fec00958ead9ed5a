import type { Fault } from './faults.ts';

/** A request to DynamoDB, as far as rules look at it. */
export interface ObservedRequest {
  /** Such as `UpdateItem`; empty if the request names none. */
  readonly operation: string;
  /** The body, or an empty object if it is no JSON object. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Which requests a fault befalls. Without a selector it befalls all. */
export interface FaultRule {
  readonly fault: Fault;
  /** Names of operations, such as `GetItem`. */
  readonly operation?: string | readonly string[];
  /** Name of the table of a request on one table (not of batches and transactions). */
  readonly table?: string;
  /** Looks at the parsed body. */
  readonly matches?: (body: ObservedRequest['body']) => boolean;
  /** Share of the selected requests, from 0 to 1; all by default. */
  readonly probability?: number;
  /** How often the fault happens before the rule is spent; without end by default. */
  readonly times?: number;
}

/** A rule at work. */
export interface InjectedFault {
  /** How often the fault has happened. */
  readonly injected: number;
  /** Ends the rule. */
  remove(): void;
}

interface ActiveRule extends InjectedFault {
  readonly rule: FaultRule;
  injected: number;
}

/** The ordered list of rules, and the choice among them. */
export class FaultRules {
  readonly #random: () => number;
  #active: ActiveRule[] = [];

  /** @param random uniform numbers in [0, 1), seeded where a run must be repeatable. */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Adds a rule behind the others or, as the first one, ahead of them. */
  add(rule: FaultRule, position: 'first' | 'last' = 'last'): InjectedFault {
    const active: ActiveRule = {
      rule,
      injected: 0,
      remove: () => {
        this.#active = this.#active.filter((each) => each !== active);
      },
    };
    this.#active = position === 'first' ? [active, ...this.#active] : [...this.#active, active];
    return active;
  }

  /** Ends all rules. */
  clear(): void {
    this.#active = [];
  }

  /** The faults of a request: in the order of the rules, up to and including the first that changes the answer. */
  select(request: ObservedRequest): Fault[] {
    const selected: Fault[] = [];
    for (const active of this.#active) {
      if (!this.#happens(active, request)) continue;
      active.injected += 1;
      selected.push(active.rule.fault);
      if (active.rule.fault.answer !== undefined) break;
    }
    return selected;
  }

  #happens({ rule, injected }: ActiveRule, request: ObservedRequest): boolean {
    const { probability = 1, times = Infinity } = rule;
    if (injected >= times || !selects(rule, request)) return false;
    // Drawn last and only where it matters: requests that a rule does not select leave the sequence alone.
    return probability >= 1 || this.#random() < probability;
  }
}

function selects({ operation, table, matches }: FaultRule, request: ObservedRequest): boolean {
  if (operation !== undefined && ![operation].flat().includes(request.operation)) return false;
  if (table !== undefined && request.body.TableName !== table) return false;
  return matches === undefined || matches(request.body);
}
