import { Tally } from './tally.ts';

/** State of a circuit as one environment shows it. */
export type Phase = 'closed' | 'open' | 'half_open';

/** A change of phase, as the function logged it. */
export interface Transition {
  readonly atMs: number;
  readonly from: Phase;
  readonly to: Phase;
  readonly environment: number;
}

/** What is counted in a run of the checkout; `openEnvironments` are those whose circuit was not closed at the end of a tick. */
export type CircuitCount =
  | 'requests'
  | 'paid'
  | 'failingCalls'
  | 'refused'
  | 'errors'
  | 'storeCalls'
  | 'storeWrites'
  | 'openEnvironments';

const COUNTED = ['requests', 'paid', 'failingCalls', 'refused', 'errors', 'storeCalls', 'storeWrites'] as const;

/** Keeps what happens in one run of the checkout. */
export class Recorder {
  readonly tally = new Tally<CircuitCount>(COUNTED, ['openEnvironments']);
  readonly transitions: Transition[] = [];
  readonly phases: Phase[];

  constructor(environments: number) {
    this.phases = Array.from({ length: environments }, () => 'closed');
  }

  see(environment: number, phase: Phase): void {
    this.phases[environment] = phase;
    this.tally.set('openEnvironments', this.phases.filter((seen) => seen !== 'closed').length);
  }

  /** Takes in a line that the function logged, if it reports a change of phase. */
  readLog(line: string, environment: number): void {
    if (!/"event":"circuit\.(?:opened|half_opened|closed)"/.test(line)) return;
    const { from, to, atMs } = JSON.parse(line) as { from: Phase; to: Phase; atMs: number };
    this.transitions.push({ atMs: atMs - this.tally.startMs, from, to, environment });
    this.see(environment, to);
  }
}
