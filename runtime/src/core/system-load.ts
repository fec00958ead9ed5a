/** How long the event loop has waited and worked since the process or its thread started, in milliseconds. */
export interface EventLoopTime {
  readonly idleMs: number;
  readonly activeMs: number;
}

/** A histogram of Node's own, of constant size. It holds whole numbers from 1 on. */
export interface SystemHistogram {
  /** How many values there are. */
  readonly count: number;
  record(value: number): void;
  /** Takes the values of another histogram of the same kind in. */
  add(other: SystemHistogram): void;
  reset(): void;
  /** The value that so many in 100 do not exceed. */
  percentile(percentile: number): number;
}

/** Processor time that this process has used so far, in milliseconds. */
export function systemCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Processors that there are for this process. */
export function systemProcessors(): number {
  return navigator.hardwareConcurrency;
}

/** How long the event loop of this thread has waited and worked so far. */
export function systemEventLoop(): EventLoopTime {
  const { idle, active } = performance.eventLoopUtilization();
  return { idleMs: idle, activeMs: active };
}

/**
 * A histogram of values from 1 to a highest one, of a few kilobytes: a value that it gives is right to a sixteenth.
 *
 * @param highest Values above it are left out.
 */
export function systemHistogram(highest: number): SystemHistogram {
  return process.getBuiltinModule('node:perf_hooks').createHistogram({ lowest: 1, highest, figures: 1 });
}
