/** How the share of shed requests follows the load. */
export enum LoadSheddingStrategy {
  /** The share rises while there is overload, and falls otherwise. */
  ADAPTIVE = 'adaptive',

  /** As far as the load is over its thresholds, without regard to who is refused. */
  RANDOM = 'random',

  /** As far as the load is over its thresholds, the least important requests first. */
  PRIORITY = 'priority',

  /** A quarter for every threshold that is exceeded. */
  CIRCUIT = 'circuit',
}
