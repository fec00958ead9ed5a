import { UNKNOWN_CALL, type CallContext } from '../core/call-context.ts';
import { deadlineOfSignal, noteDeadline } from '../core/deadline.ts';
import { isRejection, isResilienceError } from '../core/errors.ts';
import { pipeline, type Operation, type Policy } from '../core/gate.ts';
import type { Timeout } from '../timeout/index.ts';
import type { DependencyCall, DependencyParts } from './dependency-parts.ts';
import { AbandonedError } from './errors.ts';

/** What has come of the calls of a dependency in this environment. */
export interface DependencyStatistics {
  /** Calls begun. */
  readonly calls: number;
  /** Calls that brought what they were made for; of a client: an answer with a status below 500. */
  readonly succeeded: number;
  /** Calls that failed, in whatever way, after all attempts. */
  readonly failed: number;
  /** Calls that a policy refused, such as an open circuit or a full bulkhead. */
  readonly refused: number;
  /** Calls that their caller gave up. */
  readonly cancelled: number;
  /** Calls that are going on. */
  readonly inFlight: number;
}

/** How a call of a dependency ended. */
type CallEnd = 'succeeded' | 'failed' | 'refused' | 'cancelled';

/** Counts calls by how they ended. */
class CallCounter {
  readonly #ended: Record<CallEnd, number> = { succeeded: 0, failed: 0, refused: 0, cancelled: 0 };
  #calls = 0;

  begin(): void {
    this.#calls += 1;
  }

  end(how: CallEnd): void {
    this.#ended[how] += 1;
  }

  get statistics(): DependencyStatistics {
    const { succeeded, failed, refused, cancelled } = this.#ended;
    return { calls: this.#calls, ...this.#ended, inFlight: this.#calls - succeeded - failed - refused - cancelled };
  }
}

/** How a call ended that threw. */
function endOfError(error: unknown, call: CallContext): CallEnd {
  if (wasGivenUp(call)) return 'cancelled';
  return isRejection(error) ? 'refused' : 'failed';
}

/** Everything that protects the calls of one dependency, as one policy. */
export class Dependency implements Policy {
  readonly name: string;
  /** The policies; undefined for what is switched off. */
  readonly parts: DependencyParts;
  readonly #chain: Policy;
  readonly #calls = new CallCounter();
  readonly #isFailure: (value: unknown) => boolean;

  /** @param isFailure Whether a value that was returned counts as failed in the statistics. Default: none does. */
  constructor(name: string, parts: DependencyParts, isFailure: (value: unknown) => boolean = () => false) {
    this.name = name;
    this.parts = parts;
    this.#isFailure = isFailure;
    const { total, retry, hedge, circuit, bulkhead, attempt } = parts;
    const attemptOnly = total === undefined || attempt === undefined ? attempt : withoutDeadline(attempt);
    const chain = [total ?? OWN_SIGNAL, retry, hedge === undefined ? undefined : whereRepeatable(hedge, parts), circuit, bulkhead, GIVEN_UP, attemptOnly];
    this.#chain = pipeline(...chain.filter((policy) => policy !== undefined));
  }

  /**
   * Runs an operation under all the policies of the dependency.
   *
   * @throws TimedOutError if the total time has passed, RetryExhaustedError if all attempts threw, CircuitOpenError or
   * BulkheadFullError if it was refused; the reason of the caller's signal if that is aborted; what the operation throws, as it is,
   * if that is not worth trying again.
   */
  async execute<T>(operation: Operation<T>, call: DependencyCall = UNKNOWN_CALL): Promise<T> {
    this.#calls.begin();
    try {
      const value = await this.#chain.execute(operation, call);
      this.#calls.end(this.#isFailure(value) ? 'failed' : 'succeeded');
      return value;
    } catch (error) {
      this.#calls.end(endOfError(error, call));
      throw error instanceof AbandonedError ? error.cause : error;
    }
  }

  /** What has come of the calls so far, in this environment. */
  get statistics(): DependencyStatistics {
    return this.#calls.statistics;
  }
}

/** Whether a call was given up from outside, for another reason than that it took too long. */
export function wasGivenUp({ signal }: CallContext): boolean {
  return signal?.aborted === true && !isTimeout(signal.reason);
}

function isTimeout(reason: unknown): boolean {
  if (isResilienceError(reason)) return reason.code === 'TIMEOUT';
  // The one that `AbortSignal.timeout` gives.
  return (reason as { readonly name?: unknown } | null | undefined)?.name === 'TimeoutError';
}

/** Turns what comes of a call that was given up into a refusal, so that neither circuit nor bulkhead learns anything from it. */
const GIVEN_UP: Policy = Object.freeze({
  name: 'given-up',
  async execute<T>(operation: Operation<T>, call: CallContext = UNKNOWN_CALL): Promise<T> {
    try {
      return await operation(call);
    } catch (error) {
      throw wasGivenUp(call) && !isRejection(error) ? new AbandonedError(call.signal?.reason) : error;
    }
  },
});

/** Gives a call a signal of its own, which the total time does otherwise: a retry keeps hold of the signal of what may still be read. */
const OWN_SIGNAL: Policy = Object.freeze({
  name: 'own-signal',
  async execute<T>(operation: Operation<T>, call: CallContext = UNKNOWN_CALL): Promise<T> {
    const { signal } = call;
    if (signal === undefined) return operation(call);
    signal.throwIfAborted();
    const [own, over] = [new AbortController(), new AbortController()];
    const deadlineMs = deadlineOfSignal(signal);
    if (deadlineMs !== undefined) noteDeadline(own.signal, deadlineMs);
    signal.addEventListener('abort', () => own.abort(signal.reason), { once: true, signal: over.signal });
    try {
      return await operation({ ...call, signal: own.signal });
    } finally {
      over.abort();
    }
  },
});

/** The time of an attempt alone: that of the call is watched from outside, and only one of two shall end the call. */
function withoutDeadline(attempt: Timeout): Policy {
  return {
    name: attempt.name,
    execute<T>(operation: Operation<T>, call: CallContext = UNKNOWN_CALL): Promise<T> {
      const { deadlineMs } = call;
      if (deadlineMs === undefined) return attempt.execute(operation, call);
      // Leaving it out would take much longer than overwriting it.
      const unwatched = { ...call, deadlineMs: undefined } as Omit<CallContext, 'deadlineMs'>;
      return attempt.execute((inner) => {
        const isEarlier = inner.deadlineMs !== undefined && inner.deadlineMs <= deadlineMs;
        return operation(isEarlier ? inner : { ...inner, deadlineMs });
      }, unwatched);
    },
  };
}

function whereRepeatable(hedge: Policy, { retry }: DependencyParts): Policy {
  return {
    name: hedge.name,
    async execute<T>(operation: Operation<T>, call: DependencyCall = UNKNOWN_CALL): Promise<T> {
      const mayRepeat = call.isReplayable !== false && (retry?.mayRepeat(call) ?? isIdempotent(call));
      return mayRepeat ? hedge.execute(operation, call) : operation(call);
    },
  };
}

const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

/** Whether a call may be made more than once because of its method (RFC 9110, 9.2.2) or its key. */
export function isIdempotent({ method, idempotencyKey }: DependencyCall): boolean {
  return method === undefined || IDEMPOTENT.has(method) || (idempotencyKey !== undefined && idempotencyKey !== '');
}
