/** How the limits of a rate limit count. */
export enum RateLimitStrategy {
  /** A bucket that refills steadily and admits bursts. */
  TOKEN_BUCKET = 'token-bucket',

  /** Windows aligned to the epoch, where what the window before used still weighs in. */
  SLIDING_WINDOW = 'sliding-window',

  /** Windows aligned to the epoch, each of which starts anew. */
  FIXED_WINDOW = 'fixed-window',
}

/** What happens to calls while the table of a shared rate limit does not answer. */
export enum RateLimitStoreFailure {
  /** Each environment goes on with the share of the limit that it used before. */
  LOCAL = 'local',

  /** Every call passes. */
  ALLOW = 'allow',

  /** Every call is refused. */
  DENY = 'deny',
}

/** What stands for a caller in the key of a rate limit. */
export enum RateLimitKeyPart {
  /** The tenant of the call. */
  TENANT = 'tenant',

  /** The user of the call. */
  USER = 'user',

  /** The address that the call came from. */
  IP = 'ip',

  /** The operation that is called. */
  OPERATION = 'operation',

  /** The HTTP method of the request. */
  METHOD = 'method',

  /** The path of the request. */
  PATH = 'path',
}
