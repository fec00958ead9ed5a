import { show } from '../core/option-schema.ts';
import type { CheckOptions, CheckRequest, CheckResult, HealthCheck } from './check.ts';
import { functionProblems, makeCheck } from './check-schema.ts';

/** How an endpoint is asked. */
export interface HttpCheckOptions extends CheckOptions {
  /** Method of the request. Default `GET`. */
  readonly method?: 'GET' | 'HEAD' | undefined;
  /** Headers of the request. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Which statuses are healthy. Default: those from 200 to 299; redirections are not followed. */
  readonly accepts?: ((statusCode: number) => boolean) | undefined;
  /**
   * Sends the request. Never pass a client with a circuit breaker or retries: the check would open the circuit, or be kept from
   * asking by it. Default: the global `fetch`.
   */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/**
 * Asks an HTTP endpoint. Its time is bounded by that of the check: the request is then aborted, connection and all. Required and
 * shared by default.
 *
 * @param name Name of the check.
 * @param url Address, `http:` or `https:`.
 * @param options How it is asked, and how it counts.
 * @throws ConfigurationError with every problem at once.
 */
export function httpCheck(name: string, url: string | URL, options: HttpCheckOptions = {}): HealthCheck {
  const { method = 'GET', headers = {}, accepts = isSuccess, fetch } = options;
  async function run({ signal }: CheckRequest): Promise<CheckResult> {
    // Looked up at each run: tracers replace the global one.
    const send = fetch ?? globalThis.fetch;
    const { status, body } = await send(url, { method, headers, signal, redirect: 'manual' });
    // Unread, the body would keep the connection.
    await body?.cancel();
    const details = { status_code: status };
    return accepts(status) ? { status: 'healthy', details } : { status: 'unhealthy', reason: 'status', details };
  }
  const problems = [
    ...urlProblems(url),
    ...functionProblems('check.accepts', options.accepts),
    ...functionProblems('check.fetch', fetch),
  ];
  const schema = { method: { type: 'choice', values: ['GET', 'HEAD'], default: 'GET' } } as const;
  return makeCheck({ check: { name, shared: true, run }, options, schema, others: ['headers', 'accepts', 'fetch'], problems });
}

function isSuccess(statusCode: number): boolean {
  return statusCode >= 200 && statusCode < 300;
}

function urlProblems(url: unknown): string[] {
  const text = String(url);
  return URL.canParse(text) && /^https?:/i.test(text) ? [] : [`url is ${show(text)}: pass an http or https address`];
}
