import type { Bulkhead } from '../bulkhead/index.ts';
import type { CircuitBreaker } from '../circuit-breaker/index.ts';
import { readConfiguration, type Configuration } from '../config/configuration.ts';
import type { DeclaredKind } from '../config/declared.ts';
import { processEnvironment } from '../config/process-environment.ts';
import { ConfigurationError } from '../core/errors.ts';
import type { EventSink } from '../core/events.ts';
import type { Policy } from '../core/gate.ts';
import { givenOf, sameJson } from '../core/record.ts';
import type { Health } from '../health/index.ts';
import type { LoadShedder } from '../load-shedding/index.ts';
import type { GateMiddleware } from '../middy/gate-middleware.ts';
import type { Observability } from '../observability/index.ts';
import type { ResilientHttpClient } from '../http-client/index.ts';
import type { RateLimiter } from '../rate-limit/index.ts';
import type { Retry } from '../retry/index.ts';
import type { Timeout } from '../timeout/index.ts';
import { checkedOptions, type ResilienceDependencies, type ResilienceOptions } from './options.ts';
import { NO_PROFILE, RESILIENCE_PROFILES, type ResilienceProfileOptions } from './profiles.ts';

/** Everything that has been made. */
export interface Parts {
  /** Undefined if it was left out. */
  observability: Observability | undefined;
  health: Health;
  /** Undefined if nobody wants load to be shed. */
  loadShedding: LoadShedder | undefined;
  rateLimits: ReadonlyMap<string, RateLimiter>;
  circuits: ReadonlyMap<string, CircuitBreaker>;
  bulkheads: ReadonlyMap<string, Bulkhead>;
  /** Undefined if nobody wants work to be cut short. */
  timeout: Timeout | undefined;
  /** Undefined if nobody wants the handler to run again. */
  retry: Retry | undefined;
  clients: ReadonlyMap<string, ResilientHttpClient>;
}

/** Something that has been made, and what the stack declared of it. */
export interface MadePart {
  readonly of: unknown;
  readonly it: unknown;
}

/** What stays when everything is made again from another configuration. */
export interface Lasting {
  /** Takes the events of everything, whichever observability there is. */
  readonly sink: EventSink;
  /** What was made before, by path: what the stack declares as before is taken from here. */
  readonly made: ReadonlyMap<string, MadePart>;
  /** The parts that serve now: what is made only once looks here for those that change. */
  readonly parts: () => Partial<Parts>;
}

/** Makes what a pattern contributes, and says how it meets requests of Middy; that is only asked where there is Middy. */
export type Piece = (workshop: Workshop) => () => readonly GateMiddleware[];

/** Where pieces are made: all that they are made of, what has been made so far, and everything that went wrong. */
export class Workshop {
  readonly options: ResilienceOptions;
  readonly dependencies: ResilienceDependencies;
  readonly configuration: Configuration;
  readonly profile: ResilienceProfileOptions;
  readonly parts: Partial<Parts> = {};
  /** What stands around the handler, outermost first. */
  readonly inbound: Policy[] = [];
  /** What has been made or taken over so far, by path. */
  readonly made = new Map<string, MadePart>();
  /** Undefined where everything is made but once. */
  readonly lasting: Lasting | undefined;
  readonly #problems = new Set<string>();

  /** @throws ConfigurationError if the configuration of the function cannot be used: nothing can be made then. */
  constructor(options: ResilienceOptions, dependencies: ResilienceDependencies, lasting?: Lasting) {
    this.lasting = lasting;
    const checked = checkedOptions(options);
    this.options = checked.options;
    for (const problem of checked.problems) this.#problems.add(problem);
    this.dependencies = { ...dependencies, environment: dependencies.environment ?? processEnvironment() };
    this.configuration = readConfiguration(this.dependencies.environment ?? {});
    this.profile = checked.options.profile === undefined ? NO_PROFILE : RESILIENCE_PROFILES[checked.options.profile];
  }

  /** What every policy is given: the same sources, and the observability to report to. */
  get sources() {
    const { clock, random, sleep, environment } = this.dependencies;
    return givenOf({ clock, random, sleep, environment, sink: this.lasting?.sink ?? this.parts.observability?.sink });
  }

  /** The parts that serve, whenever this is asked: those of this workshop, or of a later one. */
  readonly live = (): Partial<Parts> => this.lasting?.parts() ?? this.parts;

  /**
   * Makes something, unless it was made before of what the stack declares of it now: then that one is taken over, with all that
   * it knows.
   *
   * @param of What the stack declares: plain values of JSON.
   * @param make Is told what was there before, if it was made of something else.
   */
  kept<Made>(path: string, of: unknown, make: (before: Made | undefined) => Made): Made {
    const before = this.lasting?.made.get(path);
    const it = before !== undefined && sameJson(before.of, of) ? (before.it as Made) : make(before?.it as Made | undefined);
    this.made.set(path, { of, it });
    return it;
  }

  /** Does what may find problems, which are kept under the place where they were found; undefined is given back then. */
  attempt<T>(path: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      // Patterns know their options as "options".
      for (const problem of error.problems) this.#problems.add(problem.replace(/^options\b|\boptions(?=\.)/g, path));
      return undefined;
    }
  }

  /** A middleware; none if there are problems with it. */
  adapted(path: string, adapt: () => GateMiddleware): readonly GateMiddleware[] {
    const middleware = this.attempt(path, adapt);
    return middleware === undefined ? [] : [middleware];
  }

  /** Makes what a function has one of, around its handler, and only if the stack or the code says so. */
  wanted<Made extends Policy>(kind: 'loadShedding' | 'timeout' | 'retry', make: () => Made): Made | undefined {
    const [given, declared] = [this.options[kind], this.configuration[kind]];
    if (given === false || (given === undefined && declared === undefined)) return undefined;
    const made = this.attempt(kind, () => this.kept(kind, declared, make));
    if (made !== undefined) this.inbound.push(made);
    return made;
  }

  /** Names of what the stack declares; of what the code does, where the function has no configuration. */
  names(kind: DeclaredKind): readonly string[] {
    return Object.keys(this.configuration[kind] ?? this.options[kind] ?? {});
  }

  /** Makes everything of a kind, with what the code says of it. Names that the stack does not declare are problems. */
  named<Made>(kind: DeclaredKind, make: (options: { readonly name: string }) => Made): ReadonlyMap<string, Made> {
    const given = this.options[kind] ?? {};
    const names = this.names(kind);
    for (const name of Object.keys(given)) {
      if (!names.includes(name)) this.#problems.add(undeclared(kind, name, names));
    }
    const makeOne = (name: string): Made | undefined => {
      const path = `${kind}.${name}`;
      return this.attempt(path, () => this.kept(path, this.#declared(kind, name), () => make({ ...codeOptions(given[name]), name })));
    };
    const made = names.map((name) => [name, makeOne(name)] as const);
    return new Map(made.filter((entry): entry is [string, Made & {}] => entry[1] !== undefined));
  }

  /** What the stack declares of something. A client and its circuit and bulkhead are made together, so they are declared together. */
  #declared(kind: DeclaredKind, name: string): unknown {
    const { circuits, bulkheads, dependencies, [kind]: own } = this.configuration;
    const dependency = kind === 'rateLimits' ? undefined : dependencies?.[name];
    return dependency === undefined ? own?.[name] : [circuits?.[name], bulkheads?.[name], dependency];
  }

  /** What of these stands around the handler. */
  takeInbound<Made extends Policy>(kind: DeclaredKind, made: ReadonlyMap<string, Made>, byDefault: boolean): readonly Made[] {
    const isInbound = (name: string): boolean => {
      const options: Readonly<Record<string, unknown>> = { ...this.configuration[kind]?.[name], ...givenOf(codeOptions(this.options[kind]?.[name])) };
      return (options['inbound'] ?? byDefault) === true;
    };
    const inbound = [...made].filter(([name]) => isInbound(name)).map(([, each]) => each);
    this.inbound.push(...inbound);
    return inbound;
  }

  /**
   * What has been made.
   *
   * @throws ConfigurationError with every problem at once.
   */
  finish(): Parts {
    if (this.#problems.size > 0) throw new ConfigurationError('resilience() cannot work', [...this.#problems]);
    return this.parts as Parts;
  }
}

/** What all options have in common. */
interface Switched {
  readonly enabled?: boolean;
}

const OFF: Switched = { enabled: false };

/**
 * What the code says of something, as options. What was switched off is there all the same: whoever asks for it gets something
 * that lets everything pass.
 */
export function codeOptions<Options extends object>(given: Options | false | undefined): Partial<Options> & Switched {
  return given === false ? (OFF as Partial<Options> & Switched) : { ...given };
}

function undeclared(kind: DeclaredKind, name: string, names: readonly string[]): string {
  return (
    `${kind}.${name} is not declared by the stack (declared: ${names.join(', ') || 'none'}): ` +
    `use a declared name, or add it to the ${kind} of the ResilientFunction`
  );
}
