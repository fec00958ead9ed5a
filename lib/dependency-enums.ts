/** How calls are spread over several endpoints. */
export enum DependencyBalancing {
  /** The better of two by chance, by latency and calls in flight. */
  PEAK_EWMA = 'peak-ewma',

  /** The one with the fewest calls in flight. */
  LEAST_CONNECTIONS = 'least-connections',

  /** One after the other. */
  ROUND_ROBIN = 'round-robin',

  /** By chance and weight; the code says what the weights are. */
  WEIGHTED = 'weighted',

  /** The healthy ones in the zone of the function first; the code says which these are. */
  LOCAL_FIRST = 'local-first',
}

/** Scheme of the addresses of what is found in AWS Cloud Map. */
export enum CloudMapScheme {
  /** Not encrypted. */
  HTTP = 'http',

  /** Encrypted. */
  HTTPS = 'https',
}

/** What calls to a dependency are protected by, besides their times. */
export enum DependencyProfile {
  /** What the function cannot do without: retries, circuit breaker and bulkhead. */
  CRITICAL = 'critical',

  /** What the function can do without: given up quickly, by the circuit breaker only. */
  NON_CRITICAL = 'non-critical',

  /** What is called very often: the bulkhead only, which bounds the calls at a time. */
  HIGH_VOLUME = 'high-volume',
}
