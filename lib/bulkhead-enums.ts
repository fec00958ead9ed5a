/** What happens to calls while the table of a shared bulkhead does not answer. */
export enum BulkheadStoreFailure {
  /** Each environment goes on with as many slots as there are. */
  LOCAL = 'local',

  /** Every call passes. */
  ALLOW = 'allow',

  /** Every call is refused. */
  DENY = 'deny',
}

/** How a request is answered that a bulkhead refuses. */
export enum BulkheadRefusal {
  /** 429: the caller is asked to slow down. */
  TOO_MANY_REQUESTS = 'too-many-requests',

  /** 503: the service is said to be busy. */
  SERVICE_UNAVAILABLE = 'service-unavailable',
}

/** What keeps a bulkhead. Where Lambda can, it does so for free and exactly; the runtime knows what a call is for. */
export enum BulkheadEnforcement {
  /** The runtime: for calls to a dependency, for tenants, operations, priorities and waiting, and for answers to those refused. */
  RUNTIME = 'runtime',

  /**
   * The reserved concurrency of the function: for whole invocations from whatever source.
   *
   * Prefer it where the whole function depends on something of which there is little. It is taken out of what other functions share, and
   * Lambda refuses surplus invocations with its own 429, whose body is not the library's. Messages of queues that it refuses count as
   * received: there prefer `EVENT_SOURCES`, and reserve at least what the queues take together.
   */
  RESERVED_CONCURRENCY = 'reserved-concurrency',

  /**
   * The maximum concurrency of each queue that the function reads: for work that can wait.
   *
   * Prefer it for SQS: nothing is refused, because messages wait in the queue. It holds for each queue by itself.
   */
  EVENT_SOURCES = 'event-sources',
}
