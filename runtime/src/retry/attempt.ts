import type { CompletedOutcome } from '../core/outcome.ts';
import type { AbortLink } from './abort-link.ts';
import { discardBody } from './foreign.ts';
import type { Timer } from './timer.ts';

/** How an attempt ended. */
export interface AttemptEnd {
  readonly outcome: CompletedOutcome;
  /** What a cancelled attempt comes to by itself, if ever. */
  readonly ending?: Promise<CompletedOutcome>;
}

/** What an attempt is limited by. */
export interface AttemptLimit {
  /** Time that it may take, in milliseconds; may be infinite. */
  readonly limitMs: number;
  /** Leads to the signal of the attempt. */
  readonly link: AbortLink;
  readonly timer: Timer;
  /** The error of an attempt that took too long. */
  readonly expired: () => Error;
}

/** Timers of Node cannot count further, and fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const NO_TIMER = (): void => undefined;

/**
 * Runs some work until it ends, its time is over or its caller gives up, whichever comes first. When its time is over, its signal is
 * aborted, and what it comes to later is dropped.
 */
export function runLimited(work: () => unknown, { limitMs, link, timer, expired }: AttemptLimit): Promise<AttemptEnd> {
  return new Promise((resolve) => {
    let state: 'running' | 'over' | 'expired' = 'running';
    const end = (ended: AttemptEnd, how: 'over' | 'expired'): void => {
      state = how;
      stop();
      resolve(ended);
    };
    const stop = limitMs > LONGEST_TIMER_MS ? NO_TIMER : timer(limitMs, expire);
    const ending = settled(work);
    const cancel = (): void => {
      if (state === 'running') end({ outcome: { kind: 'failure', error: link.signal.reason }, ending }, 'over');
    };
    link.onCancel(cancel);
    // The work itself may have done it by now.
    if (link.signal.aborted) cancel();
    void ending.then((outcome) => {
      if (state === 'running') end({ outcome }, 'over');
      else if (state === 'expired' && outcome.kind === 'success') discardBody(outcome.value);
    });

    function expire(): void {
      if (state !== 'running') return;
      const error = expired();
      end({ outcome: { kind: 'failure', error } }, 'expired');
      link.abort(error);
    }
  });
}

async function settled(work: () => unknown): Promise<CompletedOutcome> {
  try {
    return { kind: 'success', value: await work() };
  } catch (error) {
    return { kind: 'failure', error };
  }
}
