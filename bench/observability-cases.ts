/** What may become of the requests of a run. */
export const REQUEST_CASE_NAMES = ['healthy', 'limited', 'broken', 'failed'] as const;

/** One of those. */
export type RequestCase = (typeof REQUEST_CASE_NAMES)[number];

/** How requests come to their end. */
export interface CaseDescription {
  readonly title: string;
  /** Milliseconds from one request to the next. */
  readonly paceMs: number;
  /** Requests before those that are counted. */
  readonly warmUp: number;
  /** How many requests of an hour are admitted; undefined: all. */
  readonly limit?: number;
  /** Every how many requests one is counted; those in between go well. */
  readonly every: number;
  /** What the handler does. */
  readonly work: (event: unknown) => void;
}

/** The member of an event that makes the handler fail. */
export interface BenchEvent {
  readonly fails?: boolean;
}

/** Requests as they come to an end: well, refused in a storm, failed by the handler. */
export const REQUEST_CASES: Readonly<Record<RequestCase, CaseDescription>> = {
  healthy: { title: 'a request that goes well, 10 a second', paceMs: 100, warmUp: 20, every: 1, work: () => undefined },
  limited: { title: 'a request that the limit refuses, 100 a second', paceMs: 10, warmUp: 20, limit: 1, every: 1, work: () => undefined },
  broken: { title: 'a request that the open circuit refuses, 100 a second', paceMs: 10, warmUp: 20, every: 1, work: fail },
  failed: { title: 'a request that the handler fails, one in four of 10 a second', paceMs: 100, warmUp: 20, every: 4, work: failIfTold },
};

function fail(): never {
  throw new TypeError('Cannot read properties of undefined (reading "price")');
}

function failIfTold(event: unknown): void {
  if ((event as BenchEvent).fails === true) fail();
}
