/** How the time that work may take follows the request. */
export enum TimeoutCalculator {
  /** Not at all. */
  FIXED = 'fixed',

  /** By its kind and size: a GET has half of it, POST and PUT twice as much, DELETE three times; large requests have more. */
  ADAPTIVE = 'adaptive',

  /** By its priority: critical requests have five times as much, those in the background a quarter. */
  PRIORITY = 'priority',

  /** By the load, under which it shrinks. The code says what the load is. */
  LOAD = 'load',
}

/** How a request is answered that took too long. */
export enum TimeoutAnswer {
  /** 504: the service did not answer in time. */
  GATEWAY_TIMEOUT = 'gateway-timeout',

  /** 408: the caller was too slow. */
  REQUEST_TIMEOUT = 'request-timeout',
}
