import type { OpenAnswer } from './policy.ts';

/** A stream of Node, as far as it matters here. */
interface NodeStream {
  readonly closed: boolean;
  readonly once: (event: 'close', listener: () => void) => unknown;
  readonly on: (event: 'error', listener: () => void) => unknown;
  readonly destroy: (error?: unknown) => unknown;
}

/** A stream of the web platform, as far as it matters here; Middy takes those of this realm only. */
type WebStream = ReadableStream<unknown>;

/**
 * The answer of a handler in streaming mode, if it is a stream or has one as its body: what follows its beginning comes later.
 */
export function asOpenStream(value: unknown): OpenAnswer<unknown> | undefined {
  try {
    return openAnswer(value);
  } catch {
    return undefined; // what cannot be read cannot be watched; whoever writes the answer will say so
  }
}

function openAnswer(value: unknown): OpenAnswer<unknown> | undefined {
  const whole = openStream(value);
  if (whole !== undefined || typeof value !== 'object' || value === null || !('body' in value)) return whole;
  const body = openStream(value.body);
  return body === undefined ? undefined : { ...body, value: body.value === value.body ? value : { ...value, body: body.value } };
}

function openStream(value: unknown): OpenAnswer<unknown> | undefined {
  if (value instanceof ReadableStream) return value.locked ? undefined : openWebStream(value);
  return isNodeStream(value) ? openNodeStream(value) : undefined;
}

function isNodeStream(value: unknown): value is NodeStream {
  return typeof value === 'object' && value !== null && '_readableState' in value && typeof (value as Partial<NodeStream>).destroy === 'function';
}

function openNodeStream(stream: NodeStream): OpenAnswer<unknown> {
  const closed = new Promise<void>((resolve) => {
    if (stream.closed) resolve();
    else stream.once('close', resolve);
  });
  // Who reads the stream gets the error as well; until somebody does, an error without a listener would end the process.
  stream.on('error', () => undefined);
  return { value: stream, closed, cut: (error) => void stream.destroy(error) };
}

/** Nobody but its reader can end a stream of the web, so it is read here and handed on. */
function openWebStream(stream: WebStream): OpenAnswer<unknown> {
  const cutting = new AbortController();
  const { readable, writable } = new TransformStream<unknown, unknown>();
  const closed = stream.pipeTo(writable, { signal: cutting.signal }).catch(() => undefined);
  return { value: readable, closed, cut: (error) => cutting.abort(error) };
}
