import { UNKNOWN_CALL, type CallContext } from '../../runtime/src/core/call-context.ts';
import type { Permit } from '../../runtime/src/core/gate.ts';
import type { Environment } from './environment.ts';

/** `idle` without a request; `calling` while the protected call runs; `busy` before and after. */
export type Activity = 'idle' | 'busy' | 'calling';

/** Room for one request in an environment. Most environments have one place, some serve many requests at once. */
export class Place {
  readonly index: number;
  readonly environment: Environment;
  activity: Activity = 'idle';
  /** What is known of its request. */
  call: CallContext = UNKNOWN_CALL;
  permit: Permit | undefined;
  /** When its request was sent, and when it was handed to the environment. */
  sentAtMs = 0;
  arrivedAtMs = 0;
  /** When the platform ends the environment if the request still runs. */
  killedAtMs = Infinity;
  /** Whether its call has been begun. */
  called = false;
  callStartedAtMs = 0;
  callEndsAtMs = 0;
  callFails = false;
  /** Whether the end of the call is the end of the instance. */
  dies = false;
  /** Counts its requests: what belongs to one that is gone is dropped. */
  visit = 0;

  constructor(index: number, environment: Environment) {
    this.index = index;
    this.environment = environment;
  }

  /** Takes a request in. */
  enter(sentAtMs: number, nowMs: number, timeoutMs: number): void {
    this.activity = 'busy';
    this.visit += 1;
    this.called = false;
    this.sentAtMs = sentAtMs;
    this.arrivedAtMs = nowMs;
    this.killedAtMs = timeoutMs === 0 ? Infinity : nowMs + timeoutMs;
    this.environment.requests += 1;
  }

  /** Is free again. */
  leave(): void {
    this.activity = 'idle';
    this.visit += 1;
    this.permit = undefined;
    this.dies = false;
    this.environment.requests -= 1;
  }
}
