import { Agent, createServer, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { FaultCounter, type FaultProxyCounters } from './fault-counter.ts';
import { FaultRules, type FaultRule, type InjectedFault, type ObservedRequest } from './fault-rules.ts';
import { combine, faults, type Fault, type FaultAnswer } from './faults.ts';
import { listenOnLoopback } from './listen.ts';

const WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems']);
// Below the idle limit of every engine, so that no forwarded request meets a connection that is being closed.
const UPSTREAM_IDLE_MS = 3_000;
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'content-length'];

/** A proxy in front of a local DynamoDB that makes requests fail on demand. */
export interface FaultProxy {
  /** URL for the SDK's `endpoint`. */
  readonly endpoint: string;
  /** A snapshot of the counters. */
  counters(): FaultProxyCounters;
  /** Sets all counters to zero. */
  resetCounters(): void;
  /** Adds a rule behind those that are there. */
  inject(rule: FaultRule): InjectedFault;
  /** Ends all rules, outages included. */
  clear(): void;
  /** Resets every open connection, as when they died while an environment was frozen. Returns how many. */
  dropConnections(): number;
  /** Makes every request fail, ahead of all rules, and drops what is open; by default each connection is reset. */
  outage(fault?: Fault): InjectedFault;
  /** Ends the proxy and all of its connections, hanging ones too. May be called more than once. */
  close(): Promise<void>;
}

/** Settings of the proxy. */
export interface FaultProxyOptions {
  /** Uniform numbers in [0, 1) for rules with a probability; pass a seeded source to repeat a run. */
  readonly random?: () => number;
}

/**
 * Starts a fault proxy on a free port of the loopback interface. Without rules it changes nothing.
 *
 * Requests are forwarded only when complete and are then always completed, so that a client that goes away never
 * leaves half a request to the engine.
 *
 * @param targetEndpoint URL of the engine.
 */
export async function startFaultProxy(targetEndpoint: string, options: FaultProxyOptions = {}): Promise<FaultProxy> {
  const rules = new FaultRules(options.random ?? Math.random);
  const upstream = new Upstream(targetEndpoint);
  const sockets = new Set<Socket>();
  const tally = new FaultCounter();
  const server = createServer((request, response) => {
    // A client that goes away, or a target that does: either way this connection is over.
    serve(request, response, { rules, upstream, tally }).catch(() => request.socket.destroy());
  });
  server.on('connection', (socket) => {
    tally.connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const endpoint = `http://${await listenOnLoopback(server)}`;
  const dropConnections = (): number => {
    const open = [...sockets];
    for (const socket of open) socket.resetAndDestroy();
    return open.length;
  };
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closed ??= new Promise((resolve) => {
      server.close(() => resolve());
      dropConnections();
      upstream.close();
    }));
  return {
    endpoint,
    counters: () => tally.snapshot(),
    resetCounters: () => tally.reset(),
    inject: (rule) => rules.add(rule),
    clear: () => rules.clear(),
    dropConnections,
    outage: (fault = faults.resetBeforeApply()) => {
      dropConnections();
      return rules.add({ fault }, 'first');
    },
    close,
  };
}

interface Parts {
  readonly rules: FaultRules;
  readonly upstream: Upstream;
  readonly tally: FaultCounter;
}

interface UpstreamAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

async function serve(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  const body = await buffer(request);
  const observed = observe(request, body);
  const selected = parts.rules.select(observed);
  parts.tally.count(observed.operation, selected.length);
  const { applied, answer, beforeMs, afterMs } = combine(selected);
  if (beforeMs > 0) await delay(beforeMs);
  const real = applied ? await parts.upstream.forward(request, body) : undefined;
  if (real?.status === 200 && WRITES.has(observed.operation)) parts.tally.appliedWrites += 1;
  if (afterMs > 0) await delay(afterMs);
  reply(response, answer, real);
}

function observe(request: IncomingMessage, body: Buffer): ObservedRequest {
  const operation = String(request.headers['x-amz-target'] ?? '').split('.').at(-1) ?? '';
  try {
    const parsed: unknown = JSON.parse(body.toString());
    return { operation, body: typeof parsed === 'object' && parsed !== null ? { ...parsed } : {} };
  } catch {
    return { operation, body: {} };
  }
}

function reply(response: ServerResponse, answer: FaultAnswer | undefined, real: UpstreamAnswer | undefined): void {
  if (answer === 'hang') return;
  if (answer === 'reset') {
    response.socket?.resetAndDestroy();
  } else if (typeof answer === 'object') {
    response.writeHead(answer.status, { 'content-type': answer.contentType });
    response.end(answer.body);
  } else if (real !== undefined) {
    response.writeHead(real.status, { ...real.headers, 'content-length': real.body.length });
    if (answer !== 'truncated') response.end(real.body);
    // A plain end, not a reset: a reset may overtake the half that has to arrive.
    else response.write(real.body.subarray(0, real.body.length >> 1), () => response.socket?.destroy());
  }
}

/** The engine behind the proxy. */
class Upstream {
  readonly #target: string;
  readonly #agent = new Agent({ keepAlive: true, timeout: UPSTREAM_IDLE_MS });

  constructor(target: string) {
    this.#target = target;
  }

  async forward({ method, url, headers }: IncomingMessage, body: Buffer): Promise<UpstreamAnswer> {
    const forwarded = { ...withoutHopByHop(headers), 'content-length': String(body.length) };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const target = new URL(url ?? '/', this.#target);
      const request = httpRequest(target, { method: method ?? 'POST', headers: forwarded, agent: this.#agent }, resolve);
      request.once('error', reject);
      request.end(body);
    });
    return { status: answer.statusCode ?? 0, headers: withoutHopByHop(answer.headers), body: await buffer(answer) };
  }

  close(): void {
    this.#agent.destroy();
  }
}

function withoutHopByHop(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
}
