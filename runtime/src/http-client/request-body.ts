/** What can be sent as a body. */
export type RequestBody = NonNullable<RequestInit['body']>;

/** A body, and whether it can be sent more than once. */
export interface PreparedBody {
  readonly body: RequestBody | undefined;
  readonly isReplayable: boolean;
}

/** Bodies of requests that are kept in memory to be sent again, at most. Larger ones are sent once. */
const LONGEST_KEPT_BYTES = 1_048_576;

const NO_BODY: PreparedBody = Object.freeze({ body: undefined, isReplayable: true });

/** Prepares the body of `init`: streams and iterables can be sent only once, all others as often as need be. */
export function preparedBody(body: RequestInit['body']): PreparedBody {
  if (body === undefined || body === null) return NO_BODY;
  return { body, isReplayable: !isStream(body) };
}

/**
 * Prepares the body of a `Request`, of which only a stream is to be had: what fits is read into memory and can then be sent again;
 * a longer one is handed on as the stream that it is.
 */
export async function bodyOfRequest(request: Request): Promise<PreparedBody> {
  if (request.body === null) return NO_BODY;
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader();
  const chunks: Uint8Array[] = [];
  for (let bytes = 0; bytes <= LONGEST_KEPT_BYTES; ) {
    const { done, value } = await reader.read();
    if (done) return { body: joined(chunks), isReplayable: true };
    chunks.push(value);
    bytes += value.byteLength;
  }
  return { body: resumed(chunks, reader), isReplayable: false };
}

/** All bytes in one piece. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((bytes, chunk) => bytes + chunk.byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

function isStream(body: RequestBody): boolean {
  return typeof body === 'object' && (Symbol.asyncIterator in body || 'getReader' in body);
}

function resumed(chunks: Uint8Array[], reader: ReadableStreamDefaultReader<Uint8Array>): RequestBody {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const first = chunks.shift();
      if (first !== undefined) return controller.enqueue(first);
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
