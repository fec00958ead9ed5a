import { InvokeStore } from '@aws/lambda-invoke-store';
import { performance } from 'node:perf_hooks';
import { setImmediate as afterOtherWork } from 'node:timers/promises';
import { SYSTEM_CLOCK } from '../runtime/src/core/system-sources.ts';
import { ManualClock } from '../runtime/src/testing/index.ts';
import { REQUEST_CASES, type RequestCase } from './observability-cases.ts';
import { COUNTED_CIRCUITS, createContender, type ContenderName, type Invoke } from './observability-contenders.ts';

/** How a process is to run its contender. */
export interface WorkerTask {
  readonly name: ContenderName;
  readonly tracing: boolean;
  /** Requests that overlap; 1: one after the other. */
  readonly inFlight: number;
}

/** What a process is asked: to take the time of requests, or to count what they write. */
export type WorkerQuestion = { readonly timed: number } | { readonly counted: number; readonly requestCase: RequestCase };

/** What a request took or wrote, in the mean. */
export interface WorkerAnswer {
  readonly nsPerRequest?: number;
  readonly bytesPerRequest?: number;
  readonly linesPerRequest?: number;
}

const NS_PER_MS = 1e6;
// Under which the runtime of Lambda keeps them, where requests overlap.
const REQUEST_ID = Symbol.for('_AWS_LAMBDA_REQUEST_ID');
const TRACE_ID = Symbol.for('_AWS_LAMBDA_X_RAY_TRACE_ID');
let requests = 0;

/** A request of an HTTP API, with the claims of a user whom an authorizer has let in. */
function eventOf(id: string, fails: boolean): object {
  return {
    version: '2.0',
    routeKey: 'POST /orders',
    rawPath: '/orders',
    rawQueryString: '',
    headers: { 'content-type': 'application/json', host: 'api.example.com', 'user-agent': 'bench' },
    requestContext: {
      accountId: '123456789012',
      apiId: 'abc',
      http: { method: 'POST', path: '/orders', protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'bench' },
      requestId: id,
      routeKey: 'POST /orders',
      stage: '$default',
      authorizer: { jwt: { claims: { sub: 'user-1' }, scopes: [] } },
    },
    body: '{"item":"i-1","count":2}',
    isBase64Encoded: false,
    fails,
  };
}

function contextOf(id: string): object {
  return {
    functionName: 'checkout-orders',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-2:123456789012:function:checkout-orders',
    memoryLimitInMB: '512',
    awsRequestId: id,
    getRemainingTimeInMillis: () => 30_000,
  };
}

/** One request, with an id and a trace of its own as from the platform. */
function invokeOnce(invoke: Invoke, fails = false): Promise<unknown> {
  requests += 1;
  const id = requests.toString(16).padStart(12, '0');
  process.env['_X_AMZN_TRACE_ID'] = traceOf(id);
  return invoke(eventOf(`5b8e2a1c-0d4f-4c6e-9a57-${id}`, fails), contextOf(`8f507cfc-eaa5-4d3e-8b0f-${id}`)).catch(() => undefined);
}

function traceOf(id: string): string {
  return `Root=1-5759e988-${id.padStart(24, 'a')};Parent=53995c3f42cd8ad8;Sampled=1`;
}

async function timed(invoke: Invoke, count: number): Promise<WorkerAnswer> {
  const startedMs = performance.now();
  for (let done = 0; done < count; done += 1) {
    await invokeOnce(invoke);
    await afterOtherWork();
  }
  return { nsPerRequest: ((performance.now() - startedMs) * NS_PER_MS) / count };
}

async function timedInFlight(invoke: Invoke, count: number, inFlight: number): Promise<WorkerAnswer> {
  const one = (): Promise<unknown> => {
    const id = (requests + 1).toString(16).padStart(12, '0');
    return store.run({ [REQUEST_ID]: id, [TRACE_ID]: traceOf(id) }, () => invokeOnce(invoke));
  };
  let begun = 0;
  const startedMs = performance.now();
  const line = async (): Promise<void> => {
    while ((begun += 1) <= count) await one();
  };
  await Promise.all(Array.from({ length: inFlight }, line));
  return { nsPerRequest: ((performance.now() - startedMs) * NS_PER_MS) / count };
}

/** Counts what is written to both streams instead of writing it. */
async function counted(task: WorkerTask, count: number, requestCase: RequestCase): Promise<WorkerAnswer> {
  const clock = new ManualClock();
  const { paceMs, warmUp, every } = REQUEST_CASES[requestCase];
  const invoke = await createContender({ ...task, clock, requestCase, circuits: COUNTED_CIRCUITS, overlapping: false });
  const seen = { bytes: 0, lines: 0, requests: 0 };
  const streams = [process.stdout, process.stderr];
  const writes = streams.map((stream) => stream.write.bind(stream));
  let isCounting = false;
  for (const stream of streams) {
    stream.write = (chunk: Uint8Array | string): boolean => {
      if (isCounting) Object.assign(seen, { bytes: seen.bytes + Buffer.byteLength(chunk), lines: seen.lines + String(chunk).split('\n').length - 1 });
      return true;
    };
  }
  for (let done = 0; done < warmUp + count * every; done += 1) {
    isCounting = done >= warmUp && done % every === 0;
    if (isCounting) seen.requests += 1;
    await invokeOnce(invoke, done % every === 0);
    clock.advance(paceMs);
  }
  for (const [index, write] of writes.entries()) Object.assign(streams[index] ?? {}, { write });
  return { bytesPerRequest: seen.bytes / seen.requests, linesPerRequest: seen.lines / seen.requests };
}

const task = JSON.parse(process.argv[2] ?? '{}') as WorkerTask;
// As the runtime of Lambda does it, which has it before the function is loaded.
const store = await InvokeStore.getInstanceAsync(task.inFlight > 1);
const invoke = await createContender({ ...task, clock: SYSTEM_CLOCK, requestCase: 'healthy', circuits: 1, overlapping: task.inFlight > 1 });

process.on('message', (question: WorkerQuestion) => {
  const answer = 'timed' in question
    ? task.inFlight > 1 ? timedInFlight(invoke, question.timed, task.inFlight) : timed(invoke, question.timed)
    : counted(task, question.counted, question.requestCase);
  // What it throws ends the process, and whoever asked hears of it.
  void answer.then((found) => process.send?.(found));
});
