import type { CircuitBreaker } from '../circuit-breaker/index.ts';
import { readConfiguration, type Configuration } from '../config/configuration.ts';
import type { DeclaredKind } from '../config/declared.ts';
import { processEnvironment } from '../config/process-environment.ts';
import { ConfigurationError } from '../core/errors.ts';
import type { Policy } from '../core/gate.ts';
import { givenOf } from '../core/record.ts';
import type { Health } from '../health/index.ts';
import type { GateMiddleware } from '../middy/gate-middleware.ts';
import type { Observability } from '../observability/index.ts';
import type { RateLimiter } from '../rate-limit/index.ts';
import { checkedOptions, type ResilienceDependencies, type ResilienceOptions } from './options.ts';
import { NO_PROFILE, RESILIENCE_PROFILES, type ResilienceProfileOptions } from './profiles.ts';

/** Everything that has been made. */
export interface Parts {
  /** Undefined if it was left out. */
  observability: Observability | undefined;
  health: Health;
  rateLimits: ReadonlyMap<string, RateLimiter>;
  circuits: ReadonlyMap<string, CircuitBreaker>;
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
  readonly #problems = new Set<string>();

  /** @throws ConfigurationError if the configuration of the function cannot be used: nothing can be made then. */
  constructor(options: ResilienceOptions, dependencies: ResilienceDependencies) {
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
    return givenOf({ clock, random, sleep, environment, sink: this.parts.observability?.sink });
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
    const made = names.map((name) => [name, this.attempt(`${kind}.${name}`, () => make({ ...codeOptions(given[name]), name }))] as const);
    return new Map(made.filter((entry): entry is [string, Made & {}] => entry[1] !== undefined));
  }

  /** What of these stands around the handler. */
  takeInbound<Made extends Policy>(kind: DeclaredKind, made: ReadonlyMap<string, Made>, byDefault: boolean): readonly Made[] {
    const isInbound = (name: string): boolean => {
      const options: { readonly inbound?: unknown } = { ...this.configuration[kind]?.[name], ...givenOf(codeOptions(this.options[kind]?.[name])) };
      return (options.inbound ?? byDefault) === true;
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

/** What was switched off is there all the same: whoever asks for it gets something that lets everything pass. */
function codeOptions(given: object | false | undefined): object {
  return given === false ? { enabled: false } : (given ?? {});
}

function undeclared(kind: DeclaredKind, name: string, names: readonly string[]): string {
  return (
    `${kind}.${name} is not declared by the stack (declared: ${names.join(', ') || 'none'}): ` +
    `use a declared name, or add it to the ${kind} of the ResilientFunction`
  );
}
