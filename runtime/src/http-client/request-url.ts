import { UrlRefusedError } from './errors.ts';

/** What paths are read under, to see whether they leave it. The name is never asked for. */
const PROBE = 'http://base.invalid/base';
const PROBE_PATH = '/base';

const ABSOLUTE = /^[a-z][a-z\d+.-]*:/i;
// The parser of addresses drops tabs and line ends wherever they stand, and takes a backslash for a slash.
const LAST_CONTROL = 0x1f;
const DELETE = 0x7f;

/** How often an escaped path is unescaped to see what servers may make of it. */
const MAXIMUM_UNESCAPES = 3;

/** The part of an address that comes after the base: a path that begins with a slash or is empty, and the query. */
export type PathUnderBase = string;

/**
 * The path of a request under the base address of its client. A path is appended to the base, whether or not it begins with a
 * slash; a whole address has to be under the base. The fragment is dropped.
 *
 * @param base The base address; undefined if there are several, so that only paths are possible.
 * @throws UrlRefusedError if it leads anywhere else, whatever way it is written.
 */
export function pathUnderBase(service: string, input: string, base: URL | undefined): PathUnderBase {
  const refuse = (why: string, reason: 'outside' | 'unreadable' = 'outside'): UrlRefusedError =>
    new UrlRefusedError(service, reason, `${service}: the address of the request ${why}`);
  if (hasControls(input)) throw refuse('has control characters', 'unreadable');
  const path = ABSOLUTE.test(input) ? withoutBase(input, base, refuse) : appended(input, refuse);
  if (climbs(path)) throw refuse('has dots that lead out of its path');
  return path;
}

/** The address of a request at one endpoint. */
export function urlAt(endpoint: string, path: PathUnderBase): string {
  return endpoint.replace(/\/+$/, '') + path;
}

function hasControls(input: string): boolean {
  for (let index = 0; index < input.length; index += 1) {
    const code = input.charCodeAt(index);
    if (code <= LAST_CONTROL || code === DELETE) return true;
  }
  return false;
}

type Refuse = (why: string, reason?: 'outside' | 'unreadable') => UrlRefusedError;

function withoutBase(input: string, base: URL | undefined, refuse: Refuse): PathUnderBase {
  if (base === undefined) throw refuse('is absolute, but the client has endpoints: pass a path');
  if (!URL.canParse(input)) throw refuse('cannot be read', 'unreadable');
  const url = new URL(input);
  const basePath = base.pathname.replace(/\/+$/, '');
  const isUnder = url.pathname === basePath || url.pathname.startsWith(`${basePath}/`);
  const isClean = url.username === '' && url.password === '';
  if (url.origin !== base.origin || !isUnder || !isClean) throw refuse('is not under the base address');
  return url.pathname.slice(basePath.length) + url.search;
}

function appended(input: string, refuse: Refuse): PathUnderBase {
  const [path = ''] = input.split(/[?#]/, 1);
  if (path.startsWith('//') || path.includes('\\')) throw refuse('names another host');
  const separator = path === '' || path.startsWith('/') ? '' : '/';
  const whole = PROBE + separator + input;
  if (!URL.canParse(whole)) throw refuse('cannot be read', 'unreadable');
  const url = new URL(whole);
  const isUnder = url.pathname === PROBE_PATH || url.pathname.startsWith(`${PROBE_PATH}/`);
  if (!isUnder) throw refuse('leads out of the base address');
  return url.pathname.slice(PROBE_PATH.length) + url.search;
}

/** Whether escaped dots and slashes would lead upwards at a server that unescapes them before it looks at the path. */
function climbs(path: PathUnderBase): boolean {
  let [seen = ''] = path.split('?', 1);
  for (let round = 0; round < MAXIMUM_UNESCAPES; round += 1) {
    const next = seen.replace(/%(2e|2f|5c|25)/gi, (escape) => decodeURIComponent(escape));
    if (/(?:^|[/\\])\.\.(?:[/\\;]|$)/.test(next)) return true;
    if (next === seen) return false;
    seen = next;
  }
  return false;
}
