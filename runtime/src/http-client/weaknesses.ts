import type { Environment } from '../config/configuration.ts';
import { processEnvironment } from '../config/process-environment.ts';
import { resolveClientOptions, type ClientOptions, type ResolvedClientOptions } from './client-options.ts';
import { TRANSPORT_PROFILES, type ResolvedTransport } from './transport.ts';

/** What is more than production needs. */
const MOST_SOCKETS = 100;
const LONGEST_KEEP_ALIVE_MS = 60_000;
const LOCAL_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

type Check = readonly [isWeak: boolean, weakness: string];

/**
 * What is weak about the way a client reaches its dependency, each as one sentence that names the option and what to do; empty if
 * nothing is. Nothing of it keeps a client from working: for a test of the stack, or a line in the log at start.
 *
 * @throws ConfigurationError if the options cannot work at all.
 */
export function transportWeaknesses(options: ClientOptions, environment: Environment = processEnvironment()): string[] {
  const resolved = resolveClientOptions(options);
  const transport = resolved.transport === undefined ? undefined : ({ ...TRANSPORT_PROFILES.default, ...resolved.transport } as ResolvedTransport);
  return [...linkChecks(resolved, environment), ...timeChecks(resolved), ...transportChecks(transport, resolved)]
    .filter(([isWeak]) => isWeak)
    .map(([, weakness]) => weakness);
}

function linkChecks({ baseUrl, endpoints, maxResponseBytes, retry }: ResolvedClientOptions, environment: Environment): Check[] {
  const listed = endpoints !== undefined && !('pick' in endpoints) ? endpoints : [];
  return [
    [isPlain(baseUrl), 'baseUrl is not encrypted: use https, unless the network between is your own'],
    [listed.some(({ url }) => isPlain(new URL(url))), 'endpoints are not encrypted: use https, unless the network between is your own'],
    [environment['NODE_TLS_REJECT_UNAUTHORIZED'] === '0', 'NODE_TLS_REJECT_UNAUTHORIZED is 0, so that any certificate is believed: remove the variable'],
    [maxResponseBytes === 0, 'maxResponseBytes is 0, so that one answer can take all memory: set a limit'],
    [retry !== false && retry.idempotentOnly === false, 'retry.idempotentOnly is false, so that a POST may happen twice: pass an idempotencyKey with the request instead'],
  ];
}

function isPlain(address: URL | undefined): boolean {
  return address?.protocol === 'http:' && !LOCAL_HOSTS.has(address.hostname);
}

function timeChecks({ timeoutMs, attemptTimeoutMs, retry }: ResolvedClientOptions): Check[] {
  const isShadowed = timeoutMs !== false && attemptTimeoutMs !== false && attemptTimeoutMs >= timeoutMs;
  return [
    [timeoutMs === false, 'timeoutMs is false, so that a call ends only with the deadline of its caller, if there is one: set a time'],
    [attemptTimeoutMs === false, 'attemptTimeoutMs is false, so that the first attempt may take all the time there is: set a time'],
    [retry !== false && isShadowed, 'attemptTimeoutMs is not below timeoutMs, so that an attempt that hangs leaves no time for another: lower it'],
  ];
}

function transportChecks(transport: ResolvedTransport | undefined, { attemptTimeoutMs }: ResolvedClientOptions): Check[] {
  if (transport === undefined) return [[true, 'transport is not set, so that the limits of the process hold, which bound neither connections nor heads of answers: name a profile']];
  const { minTlsVersion, socketsPerHost, keepAliveMs, maxHeaderBytes, connectTimeoutMs } = transport;
  return [
    [minTlsVersion === 'TLSv1' || minTlsVersion === 'TLSv1.1', `transport.minTlsVersion is ${minTlsVersion}, which is broken: use TLSv1.2 or TLSv1.3`],
    [socketsPerHost > MOST_SOCKETS, `transport.socketsPerHost is ${socketsPerHost}: an environment needs no more than ${MOST_SOCKETS}`],
    [keepAliveMs > LONGEST_KEEP_ALIVE_MS, `transport.keepAliveMs is ${keepAliveMs}: load balancers close connections after ${LONGEST_KEEP_ALIVE_MS} ms, keep them for less`],
    [maxHeaderBytes > TRANSPORT_PROFILES.default.maxHeaderBytes, `transport.maxHeaderBytes is ${maxHeaderBytes}: no head of an answer needs more than 1 MiB`],
    [attemptTimeoutMs !== false && connectTimeoutMs > attemptTimeoutMs, 'transport.connectTimeoutMs is above attemptTimeoutMs, and never takes effect: lower it'],
  ];
}
