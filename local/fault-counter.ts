/** What has passed the proxy since it started or since its counters were reset. */
export interface FaultProxyCounters {
  /** Complete requests received. */
  readonly requests: number;
  /** Connections accepted. */
  readonly connections: number;
  /** Write requests that DynamoDB answered with success, whatever the client received. */
  readonly appliedWrites: number;
  /** Faults that happened. */
  readonly injectedFaults: number;
  /** Requests by operation, such as `UpdateItem`. */
  readonly requestsByOperation: Readonly<Record<string, number>>;
}

/** Counts for one proxy. */
export class FaultCounter {
  /** Connections accepted. */
  connections = 0;
  /** Writes that DynamoDB answered with success. */
  appliedWrites = 0;
  #requests = 0;
  #injectedFaults = 0;
  #requestsByOperation: Record<string, number> = {};

  /** Counts a complete request and the faults that befall it. */
  count(operation: string, injectedFaults: number): void {
    this.#requests += 1;
    this.#injectedFaults += injectedFaults;
    this.#requestsByOperation[operation] = (this.#requestsByOperation[operation] ?? 0) + 1;
  }

  /** Back to zero. */
  reset(): void {
    this.connections = this.appliedWrites = this.#requests = this.#injectedFaults = 0;
    this.#requestsByOperation = {};
  }

  /** The counts as they are now. */
  snapshot(): FaultProxyCounters {
    return {
      requests: this.#requests,
      connections: this.connections,
      appliedWrites: this.appliedWrites,
      injectedFaults: this.#injectedFaults,
      requestsByOperation: { ...this.#requestsByOperation },
    };
  }
}
