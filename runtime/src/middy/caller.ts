import { show, unknownOption } from '../core/option-schema.ts';
import { valueAt } from '../core/read.ts';
import { givenOf, isRecord } from '../core/record.ts';
import { addressKey } from './address.ts';
import { describeCall, type CallDescription } from './describe.ts';
import { requestHeader } from './headers.ts';
import { isHttpEvent } from './http.ts';
import { textAt } from './read.ts';

/** What IAM says about a caller, under one name for all kinds of events. */
export type IamField = keyof typeof IAM_PATHS;

/** Where it is said who a caller is. */
export type IdentitySource =
  /** A claim of a token that an authorizer has checked, or a field of the context that a Lambda authorizer answered with. */
  | { readonly claim: string }
  /** A header, believed as it is: only for functions whose callers all come through a hop that overwrites it. */
  | { readonly header: string }
  /** What IAM has proven. The `userArn` of an assumed role ends with a session name, which is the caller's own choice. */
  | { readonly iam: IamField }
  /** Anything else; undefined means unknown. What it throws fails the request. */
  | ((event: unknown, context: unknown) => string | undefined);

/** How it is found out who makes a call. */
export interface CallerIdentity {
  /** Default: the tenant that Lambda's tenant isolation names. */
  readonly tenant?: IdentitySource | undefined;
  /** Default: the `sub` claim of the authorizer, else its `principalId`. */
  readonly user?: IdentitySource | undefined;
  /**
   * How many hops in front of the function are trusted, 1 to 100: the address is that entry of `X-Forwarded-For`, counted from
   * the right, of which 1 is the one that reached AWS. Default: the source address that the platform names; behind an ALB,
   * which names none, 1.
   */
  readonly ip?: { readonly trustedHops: number } | undefined;
}

const IAM_PATHS = Object.freeze({
  accountId: [
    ['authorizer', 'iam', 'accountId'],
    ['identity', 'accountId'],
  ],
  userArn: [
    ['authorizer', 'iam', 'userArn'],
    ['identity', 'userArn'],
    ['identity', 'principal'], // VPC Lattice
  ],
  principalOrgId: [
    ['authorizer', 'iam', 'principalOrgId'],
    ['identity', 'principalOrgId'],
    ['identity', 'principalOrgID'],
  ],
}) satisfies Readonly<Record<string, readonly (readonly string[])[]>>;

const SOURCE_KINDS: readonly string[] = ['claim', 'header', 'iam'];
const MAXIMUM_HOPS = 100;

type Read = (event: unknown, context: unknown) => string | undefined;

/**
 * Says who makes a call and what it asks for. Nothing that callers write themselves is believed unless the identity says so:
 * no tenant header, no `X-Forwarded-For`. What is unknown is left out.
 */
export function describeCaller(identity: CallerIdentity = {}): (event: unknown, context: unknown) => CallDescription {
  const { tenant, user, ip } = identity;
  const readTenant = tenant === undefined ? undefined : readerOf(tenant);
  const readUser = user === undefined ? subjectOf : readerOf(user);
  return (event, context) => {
    const described = describeCall(event, context);
    const http = isHttpEvent(event);
    return givenOf({
      operation: described.operation,
      tenant: readTenant === undefined ? described.tenant : readTenant(event, context),
      user: readUser(event, context),
      ip: http ? addressOf(event, ip?.trustedHops) : undefined,
      method: http ? methodOf(event) : undefined,
      path: http ? pathOf(event) : undefined,
    });
  };
}

/** Every problem of an identity, each as one sentence that names the option, the value seen and the remedy. */
export function identityProblems(path: string, identity: unknown): string[] {
  if (identity === undefined) return [];
  if (!isRecord(identity)) return [`${path} is ${show(identity)}: set an object of tenant, user and ip`];
  const { tenant, user, ip, ...others } = identity;
  return [
    ...Object.keys(others).map((key) => unknownOption(path, key, ['tenant', 'user', 'ip'])),
    ...sourceProblems(`${path}.tenant`, tenant),
    ...sourceProblems(`${path}.user`, user),
    ...hopProblems(`${path}.ip`, ip),
  ];
}

function sourceProblems(path: string, source: unknown): string[] {
  if (source === undefined || typeof source === 'function') return [];
  const entries = isRecord(source) ? Object.entries(source) : [];
  const [[kind, value] = ['', undefined]] = entries;
  if (entries.length !== 1 || !SOURCE_KINDS.includes(kind)) {
    return [`${path} is ${show(source)}: set one of { claim }, { header }, { iam } or a function`];
  }
  return nameProblems(`${path}.${kind}`, value, kind === 'iam' ? Object.keys(IAM_PATHS) : undefined);
}

function nameProblems(path: string, value: unknown, allowed: readonly string[] | undefined): string[] {
  if (typeof value === 'string' && value !== '' && allowed?.includes(value) !== false) return [];
  return [`${path} is ${show(value)}: ${allowed === undefined ? 'set a name' : `use one of ${allowed.join(', ')}`}`];
}

function hopProblems(path: string, ip: unknown): string[] {
  if (ip === undefined) return [];
  const hops = valueAt(ip, 'trustedHops');
  const whole = typeof hops === 'number' && Number.isInteger(hops) && hops >= 1 && hops <= MAXIMUM_HOPS;
  if (!whole) return [`${path}.trustedHops is ${show(hops)}: set a whole number from 1 to ${MAXIMUM_HOPS}`];
  return Object.keys(ip as object).filter((key) => key !== 'trustedHops').map((key) => unknownOption(path, key, ['trustedHops']));
}

function readerOf(source: IdentitySource): Read {
  if (typeof source === 'function') return (event, context) => textAt({ answer: source(event, context) }, 'answer');
  return onlyHttp((event) => {
    if ('claim' in source) return claimOf(event, source.claim);
    // A hop that appends instead of overwriting writes last.
    if ('header' in source) return requestHeader(event, source.header).at(-1);
    return firstText(valueAt(event, 'requestContext'), IAM_PATHS[source.iam]);
  });
}

const subjectOf: Read = onlyHttp((event) => claimOf(event, 'sub') ?? textAt(event, 'requestContext', 'authorizer', 'principalId'));

/** What a function is invoked with directly looks as its invoker likes. */
function onlyHttp(read: (event: unknown) => string | undefined): Read {
  return (event) => (isHttpEvent(event) ? read(event) : undefined);
}

function claimOf(event: unknown, name: string): string | undefined {
  const authorizer = valueAt(event, 'requestContext', 'authorizer');
  // User pools of REST APIs, JWT of HTTP APIs, Lambda authorizers of HTTP APIs, Lambda authorizers of REST APIs.
  return firstText(authorizer, [['claims', name], ['jwt', 'claims', name], ['lambda', name], [name]]);
}

function firstText(value: unknown, paths: readonly (readonly string[])[]): string | undefined {
  for (const path of paths) {
    const found = valueAt(value, ...path);
    if (typeof found === 'number') return String(found);
    if (typeof found === 'string' && found !== '') return found;
  }
  return undefined;
}

function addressOf(event: unknown, trustedHops: number | undefined): string | undefined {
  const hops = trustedHops ?? (valueAt(event, 'requestContext', 'elb') === undefined ? undefined : 1);
  const address = hops === undefined ? platformAddress(event) : forwardedFor(event).at(-hops);
  return address === undefined ? undefined : addressKey(address);
}

function platformAddress(event: unknown): string | undefined {
  return firstText(valueAt(event, 'requestContext'), [['identity', 'sourceIp'], ['http', 'sourceIp']]);
}

function forwardedFor(event: unknown): string[] {
  return requestHeader(event, 'x-forwarded-for').flatMap((value) => value.split(','));
}

function methodOf(event: unknown): string | undefined {
  return firstText(event, [['httpMethod'], ['requestContext', 'http', 'method'], ['method']]);
}

function pathOf(event: unknown): string | undefined {
  // VPC Lattice passes the query on with the path.
  return firstText(event, [['rawPath'], ['path'], ['raw_path']])?.replace(/\?.*$/s, '');
}
