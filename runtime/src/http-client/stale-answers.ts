import { createHash } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { bytesOf } from './response-body.ts';

/** Answers that are kept at most, in number and in bytes; a larger one is not kept. */
const MOST_ANSWERS = 100;
const MOST_BYTES = 5_242_880;
const LONGEST_BYTES = 1_048_576;

interface KeptAnswer {
  readonly atMs: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly url: string;
}

/** What tells the requests of different callers apart. */
export interface AnswerKey {
  readonly path: string;
  readonly headers: Headers;
  readonly tenant: string | undefined;
}

/**
 * The last good answers to GET requests, to serve while calls fail. An answer is served only to a request with the same path, the
 * same headers and the same tenant as the one that it was for. Each good answer takes the place of the one before: what serves in
 * an outage is exercised by every call.
 */
export class StaleAnswers {
  readonly #maxAgeMs: number;
  readonly #clock: Clock;
  readonly #answers = new Map<string, KeptAnswer>();
  #bytes = 0;

  /** @param maxAgeMs Age up to which an answer serves, in milliseconds; 0 keeps nothing. */
  constructor(maxAgeMs: number, clock: Clock) {
    this.#maxAgeMs = maxAgeMs;
    this.#clock = clock;
  }

  /** Keeps an answer, if it is a good one that may be kept and was read as a whole. */
  keep(key: AnswerKey, response: Response): void {
    const bytes = bytesOf(response);
    if (this.#maxAgeMs === 0 || response.status !== 200 || bytes === undefined || bytes.byteLength > LONGEST_BYTES) return;
    if (/no-store/i.test(response.headers.get('cache-control') ?? '')) return;
    const name = nameOf(key);
    this.#forget(name);
    const { status, statusText, url } = response;
    this.#answers.set(name, { atMs: this.#clock.nowMs(), bytes, status, statusText, headers: new Headers(response.headers), url });
    this.#bytes += bytes.byteLength;
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= MOST_ANSWERS && this.#bytes <= MOST_BYTES) break;
      this.#forget(oldest);
    }
  }

  /** The last good answer, with its age in seconds in the header `age`; undefined if there is none, or it is too old. */
  find(key: AnswerKey): Response | undefined {
    if (this.#maxAgeMs === 0) return undefined;
    const name = nameOf(key);
    const kept = this.#answers.get(name);
    if (kept === undefined) return undefined;
    const ageMs = this.#clock.nowMs() - kept.atMs;
    if (ageMs > this.#maxAgeMs) {
      this.#forget(name);
      return undefined;
    }
    const headers = new Headers(kept.headers);
    headers.set('age', String(Math.floor(ageMs / 1000)));
    const { status, statusText, url } = kept;
    return Object.defineProperty(new Response(kept.bytes.slice(), { status, statusText, headers }), 'url', { value: url });
  }

  #forget(name: string): void {
    this.#bytes -= this.#answers.get(name)?.bytes.byteLength ?? 0;
    this.#answers.delete(name);
  }
}

/** A hash, because headers hold secrets. */
function nameOf({ path, headers, tenant }: AnswerKey): string {
  return createHash('sha256').update(JSON.stringify([path, tenant ?? null, [...headers]])).digest('base64');
}
