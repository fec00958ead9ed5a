import type { Request } from '@middy/core';
import type { CallContext } from '../core/call-context.ts';
import type { Permit } from '../core/gate.ts';
import { show, unknownOption } from '../core/option-schema.ts';
import { withProblems } from '../core/problems.ts';
import { attempt } from '../core/read.ts';
import { describeCaller, identityProblems, type CallerIdentity } from '../middy/caller.ts';
import { deadlineOf, gateMiddleware, type GateMiddleware } from '../middy/gate-middleware.ts';
import { withHeaders, type HeaderFields } from '../middy/headers.ts';
import { isHttpEvent } from '../middy/http.ts';
import { createRateLimiter, type RateLimiterDependencies } from './create.ts';
import { RateLimitedError } from './errors.ts';
import { limitHeaderProblems, limitHeaders, tellsLimits, type LimitHeaderOptions, type LimitVerdict } from './headers.ts';
import type { RateLimitOptions } from './options.ts';
import { RateLimiter, type LimitPermit } from './policy.ts';
import { batchOf, siftRecords, withFailures, type BatchRecord, type SiftedBatch } from './records.ts';
import { withKeysOfTheirOwn } from './shared-keys.ts';

/** How a limiter meets requests: who makes them, and what their answers tell. */
export interface RateLimitRequestOptions extends LimitHeaderOptions {
  /** Where it is said who makes a call. Default: the platform and its authorizers, never the caller. */
  readonly identity?: CallerIdentity | undefined;
}

/** Options of the middleware: those of a rate limiter, and how it meets requests. */
export interface RateLimitMiddlewareOptions extends RateLimitOptions, RateLimitRequestOptions {}

const SUBJECT = 'the rate limiter cannot work';

const REQUEST_OPTIONS = ['identity', 'headers', 'headerPrefix'] as const;

/**
 * Limits how often the handler runs. HTTP events that are over a limit are answered with 429 and `Retry-After`, and every
 * answer that passes this middleware tells how the caller stands; other events get the `RateLimitedError`, so that the
 * platform's own retry applies. Several in one chain are told together, and where an inner one refuses, the outer ones give
 * their tokens back. Works on stock `@middy/core` and on the exported `middy`.
 *
 * @param target Options of the limiter and of the middleware, or a rate limiter made by `createRateLimiter`.
 * @param rest With options, what `createRateLimiter` takes; with a ready limiter, how it meets requests.
 * @throws ConfigurationError at init, with every problem at once.
 */
export function rateLimit(target: RateLimiter, rest?: RateLimitRequestOptions): GateMiddleware;
export function rateLimit(target: RateLimitMiddlewareOptions, rest?: RateLimiterDependencies): GateMiddleware;
export function rateLimit(
  target: RateLimiter | RateLimitMiddlewareOptions,
  rest: RateLimitRequestOptions | RateLimiterDependencies = {},
): GateMiddleware {
  const ready = target instanceof RateLimiter ? target : undefined;
  const { own, limits } = split(ready === undefined ? target : rest);
  const problems = requestProblems(own);
  if (ready !== undefined) problems.push(...Object.keys(limits).map((key) => unknownOption('options', key, REQUEST_OPTIONS)));
  const make = () => ready ?? createRateLimiter(limits as unknown as RateLimitOptions, rest as RateLimiterDependencies);
  const limiter = withProblems(SUBJECT, problems, () => withKeysOfTheirOwn(make()));
  const { clock, options } = limiter;
  return gateMiddleware<RateLimitedError>(limiter, {
    fallback: options.onLimited,
    clock,
    // What is switched off does not look at requests.
    describe: options.enabled ? describeCaller(own.identity) : undefined,
    // A dry run is not to be noticed.
    onAnswer: options.dryRun ? undefined : (request, decided) => tell(request, decided, own, limiter),
  });
}

function split(options: unknown): { own: RateLimitRequestOptions; limits: Readonly<Record<string, unknown>> } {
  if (typeof options !== 'object' || options === null) return { own: {}, limits: options as Readonly<Record<string, unknown>> };
  const { identity, headers, headerPrefix, ...limits } = options as RateLimitMiddlewareOptions;
  return { own: { identity, headers, headerPrefix }, limits: { ...limits } };
}

function requestProblems({ identity, headers, headerPrefix }: RateLimitRequestOptions): string[] {
  return [...identityProblems('options.identity', identity), ...limitHeaderProblems({ headers, headerPrefix })];
}

interface Told {
  readonly verdicts: readonly LimitVerdict[];
  readonly headers: HeaderFields;
}

// By request: what the limiters of one chain have told so far. One further out tells it again, with its own limits.
const toldByRequest = new WeakMap<Request, Told>();

function tell(request: Request, decided: Permit | RateLimitedError, options: RateLimitRequestOptions, limiter: RateLimiter): void {
  if (!isHttpEvent(request.event)) return;
  const before = toldByRequest.get(request) ?? { verdicts: [], headers: {} };
  const verdict = tellsLimits(options) ? verdictOf(decided, limiter) : undefined;
  const verdicts = verdict === undefined ? before.verdicts : [...before.verdicts, verdict];
  const limits = verdict === undefined ? {} : limitHeaders(verdicts, options, limiter.clock.nowMs());
  const headers = { ...limits, ...(decided instanceof RateLimitedError && statusOf(request.response) === decided.statusCode && decided.headers) };
  request.response = withHeaders(request.response, headers, request.event, before.headers);
  toldByRequest.set(request, { verdicts, headers: { ...before.headers, ...headers } });
}

function verdictOf(decided: Permit | RateLimitedError, { name }: RateLimiter): LimitVerdict | undefined {
  const refused = decided instanceof RateLimitedError;
  const { policies, retryAfterMs } = refused ? decided : (decided as LimitPermit).decision;
  // A call that is not limited has nothing to be told.
  return policies.length === 0 ? undefined : { name, refused, retryAfterMs, policies };
}

function statusOf(response: unknown): unknown {
  return (response as { readonly statusCode?: unknown } | null | undefined)?.statusCode;
}

/** How the records of a batch are limited. */
export interface RecordLimitOptions<Item> {
  /**
   * The key of a record. Records of which it says nothing, or at which it throws, share one key: the handler sees them and can
   * report them itself.
   */
  readonly keyOf: (record: Item) => string | readonly string[] | undefined;
  /** Tokens that a record costs: a whole number from 0. Default 1. */
  readonly costOf?: ((record: Item) => number) | undefined;
  /** What else is known of a record: the tenant or user whose limits apply. Default: nothing. */
  readonly callOf?: ((record: Item) => CallContext) | undefined;
}

const RECORD_OPTIONS = ['keyOf', 'costOf', 'callOf'] as const;

interface Sifted {
  readonly event: unknown;
  readonly refused: readonly BatchRecord[];
  /** Thrown in place of the handler if no record is left for it. */
  readonly error: RateLimitedError | undefined;
}

/**
 * Limits the records of a batch one by one: the handler gets those that are admitted, the others are answered as failed, so
 * that SQS, Kinesis or the DynamoDB stream delivers them again. Of a FIFO group or a shard all records after a refused one are
 * put off with it. Tokens of records that the handler reports as failed stay taken. Other events pass: limit them with
 * `rateLimit`.
 *
 * The event source mapping must have `ReportBatchItemFailures`: without it Lambda takes refused records for done. Use this
 * middleware last, so that no other answers early and keeps silent about them. A record that is refused counts as received,
 * so allow for that in `maxReceiveCount` or `maximumRetryAttempts`.
 *
 * @typeParam Item Type of the records, such as `SQSRecord`.
 * @param target Options of the limiter, or a rate limiter made by `createRateLimiter`.
 * @param options How records are limited.
 * @param dependencies As for `createRateLimiter`; only with options.
 * @throws ConfigurationError at init, with every problem at once.
 */
export function rateLimitRecords<Item = unknown>(
  target: RateLimitOptions | RateLimiter,
  options: RecordLimitOptions<Item>,
  dependencies?: RateLimiterDependencies,
): GateMiddleware {
  const problems = recordProblems(options);
  if (target instanceof RateLimiter && dependencies !== undefined) {
    problems.push('dependencies were passed beside a ready rate limiter, which has its own: pass them to createRateLimiter');
  }
  const limiter = withProblems(SUBJECT, problems, () => (target instanceof RateLimiter ? target : createRateLimiter(target, dependencies)));
  const sifted = new WeakMap<Request, Sifted>();

  async function recordsBefore(request: Request): Promise<void> {
    const event: unknown = request.event;
    const records = batchOf(event);
    if (records === undefined) return;
    const { admitted, refused, refusal } = await sift(records, request, options as RecordLimitOptions<unknown>, limiter);
    if (refusal === undefined) return;
    const { status, retryAfterMs, policies } = refusal;
    const error = admitted.length > 0 ? undefined : new RateLimitedError(limiter.name, status, retryAfterMs, policies);
    sifted.set(request, { event, refused, error });
    // Thrown, not answered early: middlewares further out get to see the end of the request.
    if (error !== undefined) throw error;
    request.event = { ...(event as object), Records: admitted.map(({ record }) => record) };
  }

  function recordsAfter(request: Request): void {
    const { event, refused } = sifted.get(request) ?? {};
    if (refused === undefined) return;
    request.event = event;
    request.response = withFailures(request.response, refused);
  }

  function recordsOnError(request: Request): void {
    const { event, refused, error } = sifted.get(request) ?? {};
    if (refused === undefined) return;
    request.event = event;
    // What somebody further in made of the refusal would tell Lambda that the records are done.
    if (error !== undefined && request.error === error) request.response = withFailures(undefined, refused);
    else if (request.response !== undefined) request.response = withFailures(request.response, refused);
  }

  return { before: recordsBefore, after: recordsAfter, onError: recordsOnError };
}

function recordProblems(options: unknown): string[] {
  if (typeof options !== 'object' || options === null) return [`the options of records are ${show(options)}: pass an object with keyOf`];
  const { keyOf, costOf, callOf, ...others } = options as Readonly<Record<string, unknown>>;
  const optional = Object.entries({ costOf, callOf }).filter(([, value]) => value !== undefined);
  return [
    ...[['keyOf', keyOf] as const, ...optional]
      .filter(([, value]) => typeof value !== 'function')
      .map(([key, value]) => `records.${key} is ${show(value)}: pass a function`),
    ...Object.keys(others).map((key) => unknownOption('records', key, RECORD_OPTIONS)),
  ];
}

function sift(
  records: readonly BatchRecord[],
  { context }: Request,
  { keyOf, costOf, callOf }: RecordLimitOptions<unknown>,
  limiter: RateLimiter,
): Promise<SiftedBatch> {
  const deadline = deadlineOf(context, limiter.clock);
  // One malformed record must not fail the batch again and again: the handler can report it alone.
  const keys = new Map(records.map((each) => [each, attempt(() => keyOf(each.record)) ?? []]));
  return siftRecords(
    records,
    async (each) => {
      const call = { ...deadline, ...attempt(() => callOf?.(each.record)) };
      const decision = await limiter.consume(keys.get(each) ?? [], attempt(() => costOf?.(each.record)), call);
      return decision.admitted || limiter.options.dryRun ? undefined : decision;
    },
    (each) => JSON.stringify(keys.get(each)),
  );
}
