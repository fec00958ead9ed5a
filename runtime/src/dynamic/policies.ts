import { CONTRACT } from '../contract/contract.ts';
import type { Clock } from '../core/clock.ts';
import { ConfigurationError } from '../core/errors.ts';
import { setDefaultSink } from '../core/sources.ts';
import { assemble, type Assembly } from '../resilience/create.ts';
import type { Resilience, ResilienceDependencies, ResilienceOptions } from '../resilience/index.ts';
import type { ConfigurationEvent } from './events.ts';
import { handleOf } from './handle.ts';
import type { Answer } from './poller.ts';
import { StableSink } from './stable-sink.ts';

/** How policies are taken by name: each of these is a method of all that is made. */
export type Taking = 'circuit' | 'limiter' | 'bulkhead' | 'client';

const VARIABLE = CONTRACT.environment.configuration.name;

/** What an event says besides name and time. */
type Report<Event = ConfigurationEvent> = Event extends ConfigurationEvent ? Omit<Event, 'name' | 'atMs'> : never;

/**
 * All policies of a function, made again whenever its configuration changes. What is declared as before is taken over with all
 * that it knows; what cannot be made entirely is not made at all, and the last good policies go on serving.
 */
export class DynamicPolicies {
  readonly sink = new StableSink();
  readonly clock: Clock;
  readonly #options: ResilienceOptions;
  readonly #dependencies: ResilienceDependencies;
  readonly #place: string;
  /** What code has taken and relies on, by how it was taken. */
  readonly #taken = new Map<string, { readonly kind: Taking; readonly name: string; readonly handle: object }>();
  #current: Assembly | undefined;
  #latest: string | undefined;

  /** @param place Where the configuration is kept, for those who read of it. */
  constructor(options: ResilienceOptions, dependencies: ResilienceDependencies & { readonly clock: Clock }, place: string) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.clock = dependencies.clock;
    this.#place = place;
  }

  /** What serves now. */
  get current(): Assembly {
    if (this.#current === undefined) throw new Error('nothing has been made yet');
    return this.#current;
  }

  /**
   * Makes everything from a document, and lets it serve.
   *
   * @returns the paths of what is not as it was.
   * @throws ConfigurationError with every problem at once; nothing has changed then.
   */
  use(text: string | undefined): readonly string[] {
    const before = this.#current;
    this.sink.retarget(() => {
      this.#current = this.#made(text);
      return this.#current.parts.observability?.sink;
    });
    // From now on it leads to whichever observability there is.
    if (before === undefined && this.current.parts.observability !== undefined) setDefaultSink(this.sink);
    return before === undefined ? [] : differing(before, this.current);
  }

  /**
   * The same with the latest document that there is: it is not offered again, whether it can be used or not.
   *
   * @throws ConfigurationError with every problem at once; nothing has changed then.
   */
  offer(text: string): readonly string[] {
    this.#latest = text;
    return this.use(text);
  }

  /** Lets another document serve, if it can be used, and reports what came of it. Never throws. */
  receive(answer: Answer): void {
    if ('error' in answer) return this.report({ type: 'configuration.unavailable', error: answer.error });
    const { text } = answer;
    if (text === undefined || text === '' || text === this.#latest) return;
    try {
      const changed = this.offer(text);
      if (changed.length > 0) this.report({ type: 'configuration.changed', changed: changed.join(', ') });
    } catch (error) {
      this.report({ type: 'configuration.refused', error });
    }
  }

  /** Reports what became of a configuration. */
  report(event: Report): void {
    this.sink.emit({ ...event, name: this.#place, atMs: this.clock.nowMs() });
  }

  /**
   * A policy by name, as a handle that follows every change: the same one each time.
   *
   * @throws ConfigurationError if there is none of that name.
   */
  take<Kind extends Taking>(kind: Kind, name: string): ReturnType<Resilience[Kind]> {
    const key = `${kind}('${name}')`;
    const taken = this.#taken.get(key);
    if (taken !== undefined) return taken.handle as ReturnType<Resilience[Kind]>;
    memberOf(this.current, kind, name);
    const handle = handleOf(() => memberOf(this.current, kind, name));
    this.#taken.set(key, { kind, name, handle });
    return handle as ReturnType<Resilience[Kind]>;
  }

  #made(text: string | undefined): Assembly {
    const { environment } = this.#dependencies;
    const dependencies = { ...this.#dependencies, environment: { ...environment, [VARIABLE]: text } };
    const made = this.#current?.made ?? new Map<string, never>();
    const assembly = assemble(this.#options, dependencies, { sink: this.sink, made, parts: () => this.#current?.parts ?? {} });
    const problems = [...this.#taken].flatMap(([key, { kind, name }]) => goneProblems(key, () => memberOf(assembly, kind, name)));
    if (problems.length > 0) throw new ConfigurationError('the configuration does not fit the code', problems);
    return assembly;
  }
}

function memberOf({ resilience }: Assembly, kind: Taking, name: string): object {
  return resilience[kind](name);
}

function goneProblems(key: string, find: () => object): string[] {
  try {
    find();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return [`${key} is in use by the code and is not declared any more: keep it, or deploy code that does without it first`];
  }
}

function differing(before: Assembly, after: Assembly): readonly string[] {
  const paths = new Set([...before.made.keys(), ...after.made.keys()]);
  return [...paths].filter((path) => before.made.get(path)?.it !== after.made.get(path)?.it).sort();
}
