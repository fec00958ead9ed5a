import type { CompletedOutcome } from '../core/outcome.ts';
import type { Timer } from '../core/sleep.ts';
import type { AbortLink } from './abort-link.ts';
import { discardBody } from './foreign.ts';

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

/**
 * Runs some work until it ends, its time is over or its caller gives up, whichever comes first. When its time is over, its signal is
 * aborted, and what it comes to later is dropped.
 */
export function runLimited(work: () => unknown, { limitMs, link, timer, expired }: AttemptLimit): Promise<AttemptEnd> {
  return new Promise((resolve) => {
    let state: 'running' | 'over' | 'expired' = 'running';
    let tellEnding: ((outcome: CompletedOutcome) => void) | undefined;
    const end = (ended: AttemptEnd, how: 'over' | 'expired'): void => {
      state = how;
      stop();
      resolve(ended);
    };
    const stop = timer(limitMs, expire);
    begin(work, (outcome) => {
      if (state === 'running') end({ outcome }, 'over');
      else if (state === 'expired') drop(outcome);
      else tellEnding?.(outcome);
    });
    const cancel = (): void => {
      if (state !== 'running') return;
      const ending = new Promise<CompletedOutcome>((tell) => (tellEnding = tell));
      end({ outcome: { kind: 'failure', error: link.signal.reason }, ending }, 'over');
    };
    link.onCancel(cancel);
    // The work itself may have done it by now.
    if (link.signal.aborted) cancel();

    function expire(): void {
      if (state !== 'running') return;
      const error = expired();
      end({ outcome: { kind: 'failure', error } }, 'expired');
      link.abort(error);
    }
  });
}

/** Begins some work, and tells once how it has ended: with less of promises than a function that awaits it. */
function begin(work: () => unknown, onEnd: (outcome: CompletedOutcome) => void): void {
  const onError = (error: unknown): void => onEnd({ kind: 'failure', error });
  try {
    Promise.resolve(work()).then((value) => onEnd({ kind: 'success', value }), onError);
  } catch (error) {
    onError(error);
  }
}

function drop(outcome: CompletedOutcome): void {
  if (outcome.kind === 'success') discardBody(outcome.value);
}
