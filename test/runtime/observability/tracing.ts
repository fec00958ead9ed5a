import xray from 'aws-xray-sdk-core';

/** What X-Ray would show of a subsegment. */
export interface Seen {
  readonly name: string;
  readonly in_progress?: boolean;
  readonly fault?: boolean;
  readonly error?: boolean;
  readonly annotations?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly cause?: { readonly exceptions: readonly { readonly message: string }[] };
  readonly subsegments?: readonly Seen[];
}

/** The segment of a function, in the context of the X-Ray SDK for as long as `work` runs. */
export async function inSegment<T>(work: (segment: xray.Segment) => Promise<T>): Promise<T> {
  // In Lambda it counts nothing, so that what is opened in it is sent as soon as it is closed, if the threshold is 0.
  const segment = Object.assign(new xray.Segment('facade'), { counter: 1, incrementCounter: () => undefined, decrementCounter: () => undefined });
  return xray.getNamespace().runAndReturn(async () => {
    xray.setSegment(segment);
    return work(segment);
  });
}

/** What was opened directly in the segment of the function, as it would be sent. */
export function subsegmentsOf(segment: { readonly subsegments?: unknown[] }): Seen[] {
  return JSON.parse(JSON.stringify(segment.subsegments ?? [])) as Seen[];
}
