import type { CircuitControl } from './control.ts';
import type { LatestCalls } from './own-health.ts';
import type { CircuitPhase } from './state.ts';
import type { WindowSummary } from './window.ts';

/** What a circuit breaker knows about itself at one instant. */
export interface CircuitSnapshot extends WindowSummary, LatestCalls {
  readonly name: string;
  readonly phase: CircuitPhase;
  /** What an operator has put in the place of the automatic. */
  readonly control: CircuitControl | undefined;
  readonly generation: number;
  /** When the phase was entered, in epoch milliseconds; undefined for a circuit that nothing has happened to. */
  readonly changedAtMs: number | undefined;
  /** Milliseconds until the next call may be admitted; 0 while closed, unless this environment holds back. */
  readonly retryAfterMs: number;
  /** Environments that take part, as far as is known; at least 1. */
  readonly activeEnvironments: number;
  /** Share of failures in the own window, 0 to 1. */
  readonly failureRate: number;
}
