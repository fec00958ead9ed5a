import { joined } from './request-body.ts';

/** What is read of a body that nobody wants, so that its connection can be used again; a longer one costs the connection. */
const LONGEST_DRAINED_BYTES = 65_536;

/** Statuses whose answers have no body. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/** Nothing is read before it is asked for. */
const NOT_BEFORE_ASKED: QueuingStrategy<Uint8Array> = Object.freeze({ highWaterMark: 0 });

/** A body was larger than allowed. */
export const TOO_LARGE: unique symbol = Symbol('too large');

const bytesOfResponses = new WeakMap<Response, Uint8Array<ArrayBuffer>>();

/** The bytes of a response that was read as a whole; undefined if it was not. */
export function bytesOf(response: Response): Uint8Array<ArrayBuffer> | undefined {
  return bytesOfResponses.get(response);
}

/** Whether the header of a response says already that it is too large. */
export function announcesTooMuch(response: Response, maxBytes: number): boolean {
  return response.body !== null && maxBytes > 0 && Number(response.headers.get('content-length') ?? 0) > maxBytes;
}

/** Reads a body to its end; gives it up when it grows too large. 0 means that there is no limit. */
export async function readBody(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | typeof TOO_LARGE> {
  if (announcesTooMuch(response, maxBytes)) {
    await cancelBody(response);
    return TOO_LARGE;
  }
  if (response.body === null) return new Uint8Array();
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  const chunks: Uint8Array[] = [];
  for (let bytes = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return joined(chunks);
    bytes += value.byteLength;
    if (maxBytes > 0 && bytes > maxBytes) {
      await reader.cancel().catch(() => undefined);
      return TOO_LARGE;
    }
    chunks.push(value);
  }
}

/** Lets go of a body that nobody wants. A short one is read, so that its connection can be used again. Never rejects. */
export async function drainBody(response: Response): Promise<void> {
  try {
    await readBody(response, LONGEST_DRAINED_BYTES);
  } catch {
    // The connection is gone, and with it the body.
  }
}

/** Lets go of a body, and of its connection if there is more to come. Never rejects. */
export async function cancelBody(response: Response): Promise<void> {
  try {
    await response.body?.cancel();
  } catch {
    // It is gone already, or somebody else reads it.
  }
}

/** A response with the same head and other contents, which `fetch` has no way to make: its address would be lost. */
export function withBody(response: Response, body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>, isRedirected: boolean): Response {
  const { status, statusText, headers, url } = response;
  const hasBody = response.body !== null && !WITHOUT_BODY.has(status);
  const copy = new Response(hasBody ? body : null, { status, statusText, headers });
  Object.defineProperties(copy, { url: { value: url }, redirected: { value: isRedirected } });
  if (body instanceof Uint8Array) bytesOfResponses.set(copy, body);
  return copy;
}

/** A body that says, when it is read, why it is not there. */
export function brokenBody(error: Error): ReadableStream<Uint8Array> {
  const fail = (controller: ReadableStreamDefaultController<Uint8Array>): void => controller.error(error);
  return new ReadableStream<Uint8Array>({ pull: fail }, NOT_BEFORE_ASKED);
}

/** What a body that is handed on is watched by. */
export interface BodyWatch {
  /** Most bytes there may be; 0 means that there is no limit. */
  readonly maxBytes: number;
  /** Waits for a piece of the body, no longer than there is time, and turns what goes wrong into an error of ours. */
  readonly next: <T>(read: () => Promise<T>) => Promise<T>;
  /** The error of a body that is too large. */
  readonly tooLarge: () => Error;
}

/** The same body, bounded in size and in time. It is read as it is asked for. */
export function watchedBody(body: ReadableStream<Uint8Array>, { maxBytes, next, tooLarge }: BodyWatch): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let bytes = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await next(() => reader.read());
          if (done) return controller.close();
          bytes += value.byteLength;
          if (maxBytes > 0 && bytes > maxBytes) throw tooLarge();
          controller.enqueue(value);
        } catch (error) {
          await reader.cancel(error).catch(() => undefined);
          throw error;
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    NOT_BEFORE_ASKED,
  );
}
