/** Where the load of the process is read. What cannot be read is absent, and then counts for nothing. */
export interface LoadProbe {
  /**
   * Whether requests are served one at a time, as in classic Lambda. Then processor, event loop and memory are shown but are no
   * load: they say what one request needs, and to refuse another one does not lessen that.
   */
  readonly isSerial: boolean;
  /** Processors that there are for the process, which may be a part of one. */
  readonly processors: number;
  /** Memory that there is, in bytes. */
  readonly memoryLimitBytes?: number | undefined;
  /** Processor time used so far, in milliseconds. */
  cpuMs?(): number;
  /** Time for which the event loop has been busy so far, in milliseconds. */
  eventLoopActiveMs?(): number;
  /** Memory in use, in bytes. */
  memoryBytes?(): number;
}

/** What was read of the process. */
export interface ProcessLoad {
  readonly cpu: number | undefined;
  readonly eventLoop: number | undefined;
  readonly memory: number | undefined;
}

/** Totals at one moment; NaN for what has no source. */
interface Sample {
  readonly atMs: number;
  readonly busyMs: number;
  readonly cpuMs: number;
  readonly activeMs: number;
}

/** A gap of more than so many intervals, with nothing in flight, is taken for a freeze. */
const FREEZE_INTERVALS = 5;

/** Nothing is known of the process. */
export const UNKNOWN_LOAD: ProcessLoad = Object.freeze({ cpu: undefined, eventLoop: undefined, memory: undefined });

/**
 * Reads the load of the process on the path of requests, at most once per interval: no timer, which would stand still in a frozen
 * environment. Time that an environment may have been frozen is left out: where requests come one at a time all time without
 * one, elsewhere a gap of several intervals in which there was none.
 */
export class LoadMeter {
  readonly #probe: LoadProbe;
  readonly #intervalMs: number;
  #load = UNKNOWN_LOAD;
  #latest: Sample | undefined;
  #isFirst = true;

  constructor(probe: LoadProbe, intervalMs: number) {
    this.#probe = probe;
    this.#intervalMs = intervalMs;
  }

  /** What was read last. */
  get load(): ProcessLoad {
    return this.#load;
  }

  /**
   * Reads, if it is time to.
   *
   * @param busyMs Time so far with at least one request in flight.
   * @param wasIdle Whether nothing was in flight until now.
   * @returns Whether it has read.
   */
  sample(nowMs: number, busyMs: number, wasIdle: boolean): boolean {
    const before = this.#latest;
    if (before !== undefined && nowMs - before.atMs < (this.#isFirst ? this.#intervalMs / 10 : this.#intervalMs)) return false;
    const { isSerial } = this.#probe;
    const now = this.#read(nowMs, busyMs);
    this.#latest = now;
    this.#isFirst = before === undefined;
    const isFreeze = wasIdle && !isSerial && nowMs - (before?.atMs ?? 0) > FREEZE_INTERVALS * this.#intervalMs;
    this.#load = { ...(before === undefined || isFreeze ? UNKNOWN_LOAD : this.#between(before, now)), memory: this.#memory() };
    return true;
  }

  #read(atMs: number, busyMs: number): Sample {
    return { atMs, busyMs, cpuMs: this.#probe.cpuMs?.() ?? NaN, activeMs: this.#probe.eventLoopActiveMs?.() ?? NaN };
  }

  #between(before: Sample, now: Sample): ProcessLoad {
    const spanMs = this.#probe.isSerial ? now.busyMs - before.busyMs : now.atMs - before.atMs;
    return {
      cpu: share(now.cpuMs - before.cpuMs, spanMs * this.#probe.processors),
      eventLoop: share(now.activeMs - before.activeMs, spanMs),
      memory: undefined,
    };
  }

  #memory(): number | undefined {
    const { memoryLimitBytes } = this.#probe;
    // To ask the platform takes a while.
    if (memoryLimitBytes === undefined || memoryLimitBytes <= 0) return undefined;
    const used = this.#probe.memoryBytes?.();
    return used === undefined ? undefined : used / memoryLimitBytes;
  }
}

function share(usedMs: number, spanMs: number): number | undefined {
  return spanMs > 0 && usedMs >= 0 ? Math.min(1, usedMs / spanMs) : undefined;
}
