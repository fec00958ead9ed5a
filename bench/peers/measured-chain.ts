import middy, { type MiddlewareObj } from '@middy/core';
import { ManualClock } from '../../runtime/src/testing/index.ts';
import { SYSTEM_CLOCK } from '../../runtime/src/core/system-sources.ts';
import { timeLoop, timeOne } from '../load-rounds.ts';

/** Moves only when it is told to, and costs what the clock of the machine costs. */
export class PacedClock extends ManualClock {
  override nowMs(): number {
    const systemMs = SYSTEM_CLOCK.nowMs();
    // Never true, but nobody who compiles this knows.
    return systemMs < 0 ? systemMs : super.nowMs();
  }
}

/** How requests come to a chain. */
export interface ChainOptions {
  readonly middlewares: readonly MiddlewareObj[];
  readonly clock: PacedClock;
  /** Time from one request to the next. */
  readonly paceMs: number;
  /** What answers: the handler, or a refusal in its place. */
  readonly statusCode: 200 | 503 | 429;
}

/** Time that the handler takes of the pace at most. */
const WORK_MS = 5;

interface Input {
  readonly event: object;
  readonly context: object;
}

type Invoke = (event: unknown, context: unknown) => Promise<{ readonly statusCode: number; readonly body?: string }>;

/** A function behind middlewares, on stock Middy. Every request is a new one, and its answer and the runs of the handler are checked. */
export class MeasuredChain {
  readonly #options: ChainOptions;
  readonly #invoke: Invoke;
  readonly #workMs: number;
  #runs = 0;
  #made = 0;

  constructor(options: ChainOptions) {
    this.#options = options;
    this.#workMs = Math.min(WORK_MS, options.paceMs / 2);
    const chain = middy(async (event: unknown) => this.#handle(event as { readonly rawPath: string })).use([...options.middlewares]);
    this.#invoke = chain as unknown as Invoke;
  }

  /** Nanoseconds per request of so many, one after the other. */
  play(calls: number): Promise<number> {
    return this.#play(calls, (loop) => timeLoop(calls, loop));
  }

  /** Nanoseconds of one request. */
  playOne(): Promise<number> {
    return this.#play(1, timeOne);
  }

  async #play(calls: number, time: (loop: () => Promise<void>) => Promise<number>): Promise<number> {
    const { clock, paceMs, statusCode } = this.#options;
    const inputs = this.#inputs(calls);
    const answers: Awaited<ReturnType<Invoke>>[] = [];
    const runsBefore = this.#runs;
    // Refused, it takes no time of the handler.
    const restMs = statusCode === 200 ? paceMs - this.#workMs : paceMs;
    const ns = await time(async () => {
      for (const { event, context } of inputs) {
        answers.push(await this.#invoke(event, context));
        clock.advance(restMs);
      }
    });
    this.#check(inputs, answers, this.#runs - runsBefore);
    return ns;
  }

  #handle({ rawPath }: { readonly rawPath: string }): object {
    this.#runs += 1;
    this.#options.clock.advance(this.#workMs);
    return { statusCode: 200, headers: { 'content-type': 'text/plain' }, body: rawPath };
  }

  #inputs(calls: number): Input[] {
    const nowMs = Math.round(this.#options.clock.nowMs());
    return Array.from({ length: calls }, (_each, index) => {
      this.#made += 1;
      return inputOf(this.#made, nowMs + Math.round(index * this.#options.paceMs));
    });
  }

  #check(inputs: readonly Input[], answers: readonly { readonly statusCode: number; readonly body?: string }[], runs: number): void {
    const { statusCode } = this.#options;
    const expected = statusCode === 200 ? inputs.length : 0;
    if (runs !== expected) throw new Error(`the handler ran ${runs} times instead of ${expected}`);
    for (const [index, { event }] of inputs.entries()) {
      const answer = answers[index];
      const isOwn = statusCode !== 200 || answer?.body === (event as { rawPath?: string }).rawPath;
      if (answer?.statusCode !== statusCode || !isOwn) throw new Error(`a request was answered with ${JSON.stringify(answer)}`);
    }
  }
}

/** A request of an HTTP API and the context of its invocation, as the platform makes them: new for every request. */
function inputOf(number: number, timeEpoch: number): Input {
  const id = number.toString(16).padStart(12, '0');
  const path = `/orders/${id}`;
  const event = {
    version: '2.0',
    routeKey: 'GET /orders/{id}',
    rawPath: path,
    rawQueryString: '',
    headers: { 'content-type': 'application/json', host: 'api.example.com', 'user-agent': 'bench' },
    requestContext: {
      accountId: '123456789012',
      apiId: 'abc',
      http: { method: 'GET', path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'bench' },
      requestId: id,
      routeKey: 'GET /orders/{id}',
      stage: '$default',
      timeEpoch,
    },
    isBase64Encoded: false,
  };
  return { event, context: { functionName: 'orders', awsRequestId: id, getRemainingTimeInMillis: () => 30_000 } };
}
