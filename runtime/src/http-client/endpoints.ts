import type { CallContext } from '../core/call-context.ts';

/** How an attempt at an endpoint ended. */
export interface EndpointResult {
  /** Time from the pick to the end of the attempt, body included unless it was handed on, in milliseconds. */
  readonly durationMs: number;
  /** Whether it failed: no answer, no answer in time, or a status of 500 or more. */
  readonly failed: boolean;
  /** True if it was given up from outside, so that it says nothing about the endpoint: only that it is over. Default false. */
  readonly abandoned?: boolean;
}

/** An endpoint for one attempt. */
export interface PickedEndpoint {
  /** Base address, to which the path of the request is appended: `http:` or `https:`, without credentials, query and fragment. */
  readonly url: string;
  /** Told how the attempt ended, whatever happens: exactly once for every pick. Must not throw. */
  settle(result: EndpointResult): void;
}

/** Where a client gets the endpoint of every single attempt from. */
export interface EndpointSource {
  /**
   * Picks an endpoint for one attempt.
   *
   * @param avoid Addresses that this call has tried already; they are used only if there is no other.
   * @param key Calls with the same key should get the same endpoint; undefined if any will do.
   */
  pick(avoid?: readonly string[], key?: string): PickedEndpoint | Promise<PickedEndpoint>;
}

/** The request of which a key is made. */
export interface KeyedRequest {
  readonly method: string;
  /** Path and query under the base address. */
  readonly path: string;
  readonly headers: Headers;
  /** What is known of the call, such as its tenant. */
  readonly call: CallContext;
}

/** The key of a request; undefined or null if it has none, so that any endpoint will do. */
export type HashBy = (request: KeyedRequest) => string | null | undefined;

/** The source of a client with one address. Always synchronous; what attempts tell is dropped. */
export function singleEndpoint(url: string): EndpointSource {
  const picked: PickedEndpoint = Object.freeze({ url, settle: () => undefined });
  return Object.freeze({ pick: () => picked });
}
