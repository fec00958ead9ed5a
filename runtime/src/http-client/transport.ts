import type { Clock } from '../core/clock.ts';

/** How connections are made and kept. Times in milliseconds. */
export interface TransportOptions {
  /** Time that a connection may take, TLS included. Default 10 s. */
  readonly connectTimeoutMs?: number | undefined;
  /** Time from the end of a request to the head of its answer. Default 15 s. */
  readonly headersTimeoutMs?: number | undefined;
  /** Time that a request may take as a whole: the `timeoutMs` of a client that says nothing else. Default 30 s. */
  readonly requestTimeoutMs?: number | undefined;
  /** Connections to one host at a time; further requests wait for one. Default 20. */
  readonly socketsPerHost?: number | undefined;
  /** Size of the head of an answer, in bytes. Default 1 MiB. */
  readonly maxHeaderBytes?: number | undefined;
  /** How long a connection is kept that nobody uses. One that a frozen environment has kept for longer is not used again. Default 4 s. */
  readonly keepAliveMs?: number | undefined;
  /** Oldest version of TLS. Default `TLSv1.2`. */
  readonly minTlsVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3' | undefined;
}

/** Options with every default filled in. */
export type ResolvedTransport = { readonly [Key in keyof TransportOptions]-?: NonNullable<TransportOptions[Key]> };

const TWO_TLS = 'TLSv1.2';

/** Sets of transport options. */
export const TRANSPORT_PROFILES = Object.freeze({
  /** What holds for options that are not set. */
  default: Object.freeze({
    connectTimeoutMs: 10_000, headersTimeoutMs: 15_000, requestTimeoutMs: 30_000, socketsPerHost: 20, maxHeaderBytes: 1_048_576,
    keepAliveMs: 4000, minTlsVersion: TWO_TLS,
  }),
  /** Short times and fewer connections. */
  production: Object.freeze({
    connectTimeoutMs: 5000, headersTimeoutMs: 15_000, requestTimeoutMs: 20_000, socketsPerHost: 10, maxHeaderBytes: 524_288,
    keepAliveMs: 4000, minTlsVersion: TWO_TLS,
  }),
  /** Patience for what is started by hand. */
  development: Object.freeze({
    connectTimeoutMs: 15_000, headersTimeoutMs: 15_000, requestTimeoutMs: 60_000, socketsPerHost: 20, maxHeaderBytes: 1_048_576,
    keepAliveMs: 4000, minTlsVersion: TWO_TLS,
  }),
}) satisfies Readonly<Record<string, ResolvedTransport>>;

/** What undici calls a dispatcher, as far as it is used here. */
export interface Dispatcher {
  dispatch(...given: never[]): boolean;
  close(): Promise<void>;
}

type AgentClass = new (options: Readonly<Record<string, unknown>>) => Dispatcher;

/** The names under which undici, which is the `fetch` of Node, keeps its agent for all of a process; the newest first. */
const GLOBAL_AGENTS = ['undici.globalDispatcher.2', 'undici.globalDispatcher.1'].map((name) => Symbol.for(name));

/**
 * The class of the agent behind the `fetch` of this Node, of which there is no other way to get hold without a package. Undefined
 * where there is none, or where somebody has put something else in its place, such as an agent for a proxy: that one stays.
 */
function agentClass(): AgentClass | undefined {
  // Node loads undici with the first of its classes that is touched.
  if (typeof globalThis.Headers !== 'function') return undefined;
  const agents = GLOBAL_AGENTS.map((name) => (globalThis as unknown as Readonly<Record<symbol, object | undefined>>)[name]);
  const constructor = agents.find((agent) => agent !== undefined)?.constructor;
  return constructor?.name === 'Agent' ? (constructor as AgentClass) : undefined;
}

/** The connections of one client. */
export class Transport {
  readonly options: ResolvedTransport;
  readonly #clock: Clock;
  readonly #Agent: AgentClass | undefined;
  #agent: Dispatcher | undefined;
  #usedAtMs = 0;
  #inFlight = 0;

  constructor(options: TransportOptions, clock: Clock) {
    this.options = { ...TRANSPORT_PROFILES.default, ...options } as ResolvedTransport;
    this.#clock = clock;
    this.#Agent = agentClass();
  }

  /** Whether the options hold; otherwise connections are those of the process, with its limits. */
  get isOwn(): boolean {
    return this.#Agent !== undefined;
  }

  /** What a request is to be sent with; undefined for the agent of the process. Told when the request is over, whatever came of it. */
  lend(): { readonly dispatcher: Dispatcher | undefined; giveBack(): void } {
    const nowMs = this.#clock.nowMs();
    // Timers stand still while an environment is frozen: what it kept looks alive, and is closed at the other end.
    if (this.#inFlight === 0 && nowMs - this.#usedAtMs > this.options.keepAliveMs) void this.close();
    this.#agent ??= this.#Agent === undefined ? undefined : new this.#Agent(agentOptions(this.options));
    this.#usedAtMs = nowMs;
    this.#inFlight += 1;
    return {
      dispatcher: this.#agent,
      giveBack: () => {
        this.#inFlight -= 1;
        this.#usedAtMs = this.#clock.nowMs();
      },
    };
  }

  /** Closes the connections, once what is going on has ended. The next request makes new ones. Never rejects. */
  async close(): Promise<void> {
    const agent = this.#agent;
    this.#agent = undefined;
    try {
      await agent?.close();
    } catch {
      // It is closed, or never was open.
    }
  }
}

function agentOptions(options: ResolvedTransport): Readonly<Record<string, unknown>> {
  const { connectTimeoutMs, headersTimeoutMs, requestTimeoutMs, socketsPerHost, maxHeaderBytes, keepAliveMs, minTlsVersion } = options;
  return {
    connect: { timeout: connectTimeoutMs, minVersion: minTlsVersion },
    headersTimeout: headersTimeoutMs,
    bodyTimeout: requestTimeoutMs,
    connections: socketsPerHost,
    maxHeaderSize: maxHeaderBytes,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    pipelining: 1,
  };
}
