import { UNKNOWN_CALL, type CallContext } from '../core/call-context.ts';
import type { Clock } from '../core/clock.ts';
import type { EventSink } from '../core/events.ts';
import type { Operation, Policy } from '../core/gate.ts';
import type { CompletedOutcome } from '../core/outcome.ts';
import type { Sleep } from '../core/sleep.ts';
import { sourcesFrom } from '../core/sources.ts';
import { systemHistogram } from '../core/system-load.ts';
import { systemSleep } from '../core/system-sources.ts';
import { HIGHEST_LATENCY, LatencyQuantile } from './hedging-delay.ts';
import { resolveHedgeOptions, type HedgeOptions, type ResolvedHedgeOptions } from './hedging-options.ts';
import { cancelBody } from './response-body.ts';
import type { ClientHedgedEvent } from './routing-events.ts';

/** What keeps second requests from multiplying an overload. A budget of retries is one, and should be the same. */
export interface HedgeBudget {
  /** Takes the right to one more request; false if there is none left. */
  take(): boolean;
  /** A request that was taken is over. */
  giveBack?(): void;
}

/** What a hedge may be given instead of what the environment provides. */
export interface HedgeSources {
  /** Source of time. Default: the clock of this machine. */
  readonly clock?: Clock | undefined;
  /** Where events go. Default: to the console, what is worth a line. */
  readonly sink?: EventSink | undefined;
  /** Waits, in milliseconds, until the signal is aborted. Default: a timer of this machine. */
  readonly sleep?: Sleep | undefined;
  /** What second requests are taken from, besides the limit of their own. Default: nothing. */
  readonly budget?: HedgeBudget | undefined;
}

/** What has come of hedging in this environment. */
export interface HedgeStatistics {
  /** Calls that might have been sent a second time. */
  readonly calls: number;
  /** Calls that were. */
  readonly hedged: number;
  /** Calls whose second request was the first to succeed. */
  readonly won: number;
  /** Time after which a call is sent a second time now, in milliseconds; undefined while too little is known, or if never. */
  readonly delayMs: number | undefined;
}

/** Share of the calls that may be sent a second time, in terms of those that are above the quantile. */
const EARNED_PER_CALL = 1.2;
const MOST_EARNED = 10;

/** Sums of small parts do not meet whole numbers exactly. */
const ROUNDING = 1e-9;

/** How long a request that has lost may take to end: what it writes must not be left to an environment that is frozen. */
const SETTLE_MS = 100;

interface Sent {
  readonly ending: Promise<CompletedOutcome>;
  readonly startedAtMs: number;
  /** How it ended; undefined as long as it has not. */
  outcome: CompletedOutcome | undefined;
  endedAtMs: number;
  abort(reason: unknown): void;
}

/**
 * Sends a call a second time when it takes longer than others did, and takes what succeeds first; the other one is aborted. Only
 * for calls that may be made twice: whoever puts it into a pipeline sees to that. Second requests are a small share of all calls,
 * whatever happens: 1.2 times the share above the quantile at most, and none that the budget does not give.
 */
export class Hedge implements Policy {
  readonly name: string;
  readonly options: ResolvedHedgeOptions;
  readonly #sources: { readonly clock: Clock; readonly sink: EventSink };
  readonly #sleep: Sleep;
  readonly #budget: HedgeBudget | undefined;
  readonly #latencies: LatencyQuantile | undefined;
  readonly #counts = { calls: 0, hedged: 0, won: 0 };
  #earned = 0;

  constructor(options: ResolvedHedgeOptions, { clock, sink, sleep, budget }: HedgeSources) {
    const { name, hedgeAfterQuantile } = options;
    this.name = name;
    this.options = options;
    this.#sources = sourcesFrom({ ...(clock !== undefined && { clock }), ...(sink !== undefined && { sink }) });
    this.#sleep = sleep ?? systemSleep;
    this.#budget = budget;
    this.#latencies = hedgeAfterQuantile === 0 ? undefined : new LatencyQuantile(hedgeAfterQuantile, () => systemHistogram(HIGHEST_LATENCY));
  }

  /** Runs an operation, and a second time beside it if it takes long. Ends as the first does, unless the second alone succeeds. */
  async execute<T>(operation: Operation<T>, call: CallContext = UNKNOWN_CALL): Promise<T> {
    if (this.#latencies === undefined) return operation(call);
    this.#counts.calls += 1;
    this.#earned = Math.min(MOST_EARNED, this.#earned + EARNED_PER_CALL * (1 - this.options.hedgeAfterQuantile));
    const delayMs = this.#latencies.ms;
    const first = this.#send(operation, call);
    const isOver = await this.#endsWithin(first.ending, delayMs ?? Infinity, call);
    const outcome = isOver || !this.#mayHedge(call) ? await first.ending : await this.#race(first, operation, call);
    this.#learn(first, this.#latencies);
    if (outcome.kind === 'failure') throw outcome.error;
    return outcome.value as T;
  }

  /** What has come of it so far. */
  get statistics(): HedgeStatistics {
    return { ...this.#counts, delayMs: this.#latencies?.ms };
  }

  #send(operation: Operation<unknown>, call: CallContext): Sent {
    const controller = new AbortController();
    const { signal } = call;
    const pass = (): void => controller.abort(signal?.reason);
    if (signal?.aborted === true) pass();
    else signal?.addEventListener('abort', pass, { once: true });
    const sent: Sent = {
      startedAtMs: this.#sources.clock.nowMs(),
      outcome: undefined,
      endedAtMs: Infinity,
      abort: (reason) => controller.abort(reason),
      ending: outcomeOf(() => operation({ ...call, signal: controller.signal })).then((outcome) => {
        signal?.removeEventListener('abort', pass);
        Object.assign(sent, { outcome, endedAtMs: this.#sources.clock.nowMs() });
        return outcome;
      }),
    };
    return sent;
  }

  /** Whether something ends within a time. Nobody waits where the call itself ends before. */
  async #endsWithin(ending: Promise<unknown>, delayMs: number, { deadlineMs }: CallContext): Promise<boolean> {
    const leftMs = (deadlineMs ?? Infinity) - this.#sources.clock.nowMs();
    if (delayMs >= leftMs || delayMs === Infinity) return true;
    const timer = new AbortController();
    const over = this.#sleep(delayMs, timer.signal).then(() => false);
    const isOver = await Promise.race([ending.then(() => true), over]);
    timer.abort();
    return isOver;
  }

  #mayHedge({ signal }: CallContext): boolean {
    if (signal?.aborted === true || this.#earned + ROUNDING < 1 || this.#budget?.take() === false) return false;
    this.#earned -= 1;
    return true;
  }

  async #race(first: Sent, operation: Operation<unknown>, call: CallContext): Promise<CompletedOutcome> {
    const second = this.#send(operation, call);
    this.#counts.hedged += 1;
    const winner = await this.#winner(first, second);
    const loser = winner === first ? second : first;
    loser.abort(new Error('another request has answered first'));
    await this.#dismiss(loser, call);
    this.#budget?.giveBack?.();
    if (winner === second) this.#counts.won += 1;
    const { method } = call;
    const event: ClientHedgedEvent = {
      type: 'client.hedged',
      name: this.name,
      atMs: this.#sources.clock.nowMs(),
      ...(method !== undefined && { method }),
      won: winner === second,
    };
    this.#sources.sink.emit(event);
    return winner.ending;
  }

  /** The one that succeeds first; the first one if none does. */
  async #winner(first: Sent, second: Sent): Promise<Sent> {
    const good = ({ ending }: Sent) => ending.then((outcome) => this.#isGood(outcome));
    const earlier = await Promise.race([first.ending.then(() => first), second.ending.then(() => second)]);
    if (await good(earlier)) return earlier;
    const later = earlier === first ? second : first;
    return (await good(later)) ? later : first;
  }

  #isGood(outcome: CompletedOutcome): boolean {
    return outcome.kind === 'success' && this.options.isSuccess(outcome.value);
  }

  /** Waits a moment for a request that was aborted, and lets go of what it may still bring. */
  async #dismiss({ ending }: Sent, call: CallContext): Promise<void> {
    const dropped = ending.then(async (outcome) => {
      if (outcome.kind === 'success' && outcome.value instanceof Response) await cancelBody(outcome.value);
    });
    await this.#endsWithin(dropped, SETTLE_MS, call);
  }

  /** Learns how long the first request took, or has taken at least where it did not come to a good end. */
  #learn({ outcome, startedAtMs, endedAtMs }: Sent, latencies: LatencyQuantile): void {
    const nowMs = this.#sources.clock.nowMs();
    const durationMs = Math.max(0, Math.min(nowMs, endedAtMs) - startedAtMs);
    const isWhole = outcome !== undefined && this.#isGood(outcome);
    if (isWhole || durationMs >= (latencies.ms ?? Infinity)) latencies.record(durationMs, nowMs);
  }
}

async function outcomeOf(work: () => unknown): Promise<CompletedOutcome> {
  try {
    return { kind: 'success', value: await work() };
  } catch (error) {
    return { kind: 'failure', error };
  }
}

/**
 * Creates a hedge. Call it once, outside the handler.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function hedge(options: HedgeOptions, sources: HedgeSources = {}): Hedge {
  return new Hedge(resolveHedgeOptions(options), sources);
}
