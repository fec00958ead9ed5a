import { UrlRefusedError } from './errors.ts';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Redirections that are followed one after the other, at most. */
const MAXIMUM_REDIRECTS = 5;

const BODY_HEADERS = ['content-encoding', 'content-language', 'content-length', 'content-location', 'content-type'];

/** One request of an attempt. */
export interface Hop {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: NonNullable<RequestInit['body']> | undefined;
  /** Redirections that led here. */
  readonly redirects: number;
}

/** A redirection, and what may come of it. */
export interface Redirection {
  readonly service: string;
  readonly hop: Hop;
  readonly response: Response;
  readonly isReplayable: boolean;
}

/**
 * The request that a response asks for; undefined if it is no redirection. Only the same host is asked, so that credentials never
 * reach another one. As browsers do it, POST becomes GET, except with 307 and 308.
 *
 * @throws UrlRefusedError if it leads elsewhere, is one too many, or needs a body that cannot be sent again.
 */
export function redirected({ service, hop, response, isReplayable }: Redirection): Hop | undefined {
  const location = response.headers.get('location');
  if (!REDIRECTS.has(response.status) || location === null) return undefined;
  const refuse = (reason: UrlRefusedError['reason'], why: string): UrlRefusedError =>
    new UrlRefusedError(service, reason, `${service} answered with a redirection ${why}`);
  if (hop.redirects >= MAXIMUM_REDIRECTS) throw refuse('redirect_limit', `after ${MAXIMUM_REDIRECTS} others`);
  const url = onSameHost(location, hop.url);
  if (url === undefined) throw refuse('redirect_outside', 'to another host');
  const next = { url, redirects: hop.redirects + 1 };
  if (becomesGet(response.status, hop.method)) return { ...next, method: 'GET', headers: withoutBodyHeaders(hop.headers), body: undefined };
  if (!isReplayable) throw refuse('redirect_body', 'that needs the body again, which is a stream');
  return { ...hop, ...next };
}

function onSameHost(location: string, from: string): string | undefined {
  if (!URL.canParse(location, from)) return undefined;
  const { origin, username, password, href } = new URL(location, from);
  return origin === new URL(from).origin && username === '' && password === '' ? href : undefined;
}

function becomesGet(status: number, method: string): boolean {
  if (status === 303) return method !== 'GET' && method !== 'HEAD';
  return (status === 301 || status === 302) && method === 'POST';
}

function withoutBodyHeaders(headers: Headers): Headers {
  const rest = new Headers(headers);
  for (const name of BODY_HEADERS) rest.delete(name);
  return rest;
}
