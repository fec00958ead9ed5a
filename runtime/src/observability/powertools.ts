import type { ConsoleLike } from '../core/log-lines.ts';

/** The part of a Powertools Logger that is used. */
export interface LoggerLike extends ConsoleLike {
  addContext(context: never): unknown;
  appendKeys(keys: Record<string, string>): unknown;
  removeKeys(keys: string[]): unknown;
  refreshSampleRateCalculation(): unknown;
}

/** The part of an application's own Powertools Metrics that is used: what it has stored leaves when a request ends. */
export interface StoredMetrics {
  hasStoredMetrics(): boolean;
  publishStoredMetrics(): unknown;
}

/** The part of an X-Ray segment that is used. */
export interface SegmentLike {
  /** What it was opened in. */
  readonly parent?: SegmentLike | undefined;
  /** What was opened in it and not sent yet. */
  readonly subsegments?: readonly SegmentLike[] | undefined;
  isClosed(): boolean;
  addNewSubsegment(name: string): SegmentLike;
  addErrorFlag(): unknown;
  addFaultFlag(): unknown;
  close(): unknown;
}

/** The part of a Powertools Tracer that is used. */
export interface TracerLike {
  isTracingEnabled(): boolean;
  getSegment(): unknown;
  setSegment(segment: never): unknown;
  annotateColdStart(): unknown;
  addServiceNameAnnotation(): unknown;
  addErrorAsMetadata(error: Error): unknown;
  putAnnotation(key: string, value: string | number | boolean): unknown;
  putMetadata(key: string, value: unknown): unknown;
}
