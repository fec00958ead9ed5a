/** What a circuit does with calls. */
export enum CircuitPhase {
  /** Calls pass. */
  CLOSED = 'closed',

  /** Calls are refused. */
  OPEN = 'open',

  /** A few calls pass, to find out whether the dependency is back. */
  HALF_OPEN = 'half_open',
}
