/** State of a circuit as one environment shows it. */
export type Phase = 'closed' | 'open' | 'half_open';

/** A change of phase, as the function logged it. */
export interface Transition {
  readonly atMs: number;
  readonly from: Phase;
  readonly to: Phase;
  readonly environment: number;
}

/** What happened in one tick of a run. */
export interface Tick {
  readonly atMs: number;
  requests: number;
  paid: number;
  failingCalls: number;
  refused: number;
  errors: number;
  storeCalls: number;
  /** Environments whose circuit was not closed at the end of the tick. */
  openEnvironments: number;
}

/** Length of a tick in milliseconds. */
export const TICK_MS = 250;

type Count = 'requests' | 'paid' | 'failingCalls' | 'refused' | 'errors' | 'storeCalls';

/** Keeps what happens in one run, by tick. */
export class Recorder {
  readonly transitions: Transition[] = [];
  readonly phases: Phase[];
  #startMs = Date.now();
  readonly #ticks: Tick[] = [];

  constructor(environments: number) {
    this.phases = Array.from({ length: environments }, () => 'closed');
  }

  /** Begins to count time. */
  start(): void {
    this.#startMs = Date.now();
  }

  /** Milliseconds since the run began. */
  get elapsedMs(): number {
    return Date.now() - this.#startMs;
  }

  get ticks(): readonly Tick[] {
    return this.#ticks;
  }

  count(what: Count, times = 1): void {
    this.#tick()[what] += times;
  }

  total(what: Count): number {
    return this.#ticks.reduce((sum, tick) => sum + tick[what], 0);
  }

  see(environment: number, phase: Phase): void {
    this.phases[environment] = phase;
    this.#tick().openEnvironments = this.phases.filter((seen) => seen !== 'closed').length;
  }

  /** Takes in a line that the function logged, if it reports a change of phase. */
  readLog(line: string, environment: number): void {
    if (!line.includes('"circuit.state_changed"')) return;
    const { from, to, atMs } = JSON.parse(line) as { from: Phase; to: Phase; atMs: number };
    this.transitions.push({ atMs: atMs - this.#startMs, from, to, environment });
    this.see(environment, to);
  }

  #tick(): Tick {
    const index = Math.floor(this.elapsedMs / TICK_MS);
    let tick = this.#ticks.at(-1);
    while (tick === undefined || this.#ticks.length <= index) {
      const openEnvironments = tick?.openEnvironments ?? 0;
      const atMs = this.#ticks.length * TICK_MS;
      tick = { atMs, requests: 0, paid: 0, failingCalls: 0, refused: 0, errors: 0, storeCalls: 0, openEnvironments };
      this.#ticks.push(tick);
    }
    return tick;
  }
}
