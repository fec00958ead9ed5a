/** Where the configuration of a function is kept once the function is deployed. */
export interface ConfigurationSource {
  /**
   * The text of the latest document; undefined if it is the one that was given last. Asked once at a time, and no more often than
   * the poll interval.
   *
   * @param signal Aborted when nobody waits any more.
   * @throws whatever keeps it from answering.
   */
  latest(signal: AbortSignal): Promise<string | undefined>;
}
