import { Logger } from '@aws-lambda-powertools/logger';
import { MemoryBulkheadStore } from '../../../runtime/src/bulkhead/index.ts';
import { MemoryCircuitStore } from '../../../runtime/src/circuit-breaker/index.ts';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import { MemoryRateLimitStore } from '../../../runtime/src/rate-limit/index.ts';
import type { ResilienceDependencies, ResilienceOptions } from '../../../runtime/src/resilience/index.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';

const { configuration, circuitTable, rateLimitTable, bulkheadTable } = CONTRACT.environment;

/** What a stack writes into a document besides its version. */
export interface Sections {
  readonly circuits?: object;
  readonly limits?: object;
  readonly bulkheads?: object;
  readonly loadShedding?: object;
  readonly timeout?: object;
  readonly retry?: object;
  readonly dependencies?: object;
  readonly observability?: object;
}

/** The environment of a function whose stack declares this. */
export const declared = (sections: Sections): Record<string, string> => ({
  [configuration.name]: JSON.stringify({ version: CONTRACT.version, ...sections }),
  [circuitTable.name]: 'circuits-table',
  [rateLimitTable.name]: 'limits-table',
  [bulkheadTable.name]: 'bulkheads-table',
});

/** Everything but the stack: stores in memory, a clock that is moved by hand, and nothing on the console. */
export function world(environment: Readonly<Record<string, string>> = {}) {
  const clock = new ManualClock();
  const sink = new RecordingSink();
  const dependencies: ResilienceDependencies = {
    ...{ clock, environment, random: new SeededRandom(1), logger: new Logger({ logLevel: 'SILENT' }) },
    circuitStore: new MemoryCircuitStore({ shared: true }),
    rateLimitStore: new MemoryRateLimitStore({ shared: true }),
    bulkheadStore: new MemoryBulkheadStore({ shared: true }),
    // As in classic Lambda, of whose process nothing counts.
    loadProbe: { isSerial: true, processors: 1 },
    // Longer than any test.
    sleep: () => new Promise(() => undefined),
  };
  const quiet = { logging: false, metrics: false, sinks: [sink] } as const;
  /** The options with an observability that is quiet and recorded. */
  const recorded = ({ observability, ...options }: ResilienceOptions = {}): ResilienceOptions => ({
    ...options,
    observability: observability === false ? false : { ...quiet, ...observability },
  });
  const typesOf = (): string[] => sink.events.map(({ type }) => type);
  return { clock, sink, dependencies, recorded, typesOf };
}

/** Waits of which none ends but those of this length, when the test says so. */
export function limitOf(limitMs: number): { readonly sleep: (durationMs: number) => Promise<void>; readonly expire: () => void } {
  const waiting: (() => void)[] = [];
  const sleep = async (durationMs: number): Promise<void> => {
    if (durationMs <= 0) return;
    await new Promise<void>((resolve) => {
      if (durationMs === limitMs) waiting.push(resolve);
    });
  };
  return { sleep, expire: () => waiting.splice(0).forEach((wake) => wake()) };
}

/** A request for a path, as an HTTP API passes it on, with claims that an authorizer has checked. */
export const requestOf = (path: string, claims: Readonly<Record<string, string>> = {}): object => ({
  version: '2.0',
  rawPath: path,
  headers: {},
  requestContext: { stage: '$default', http: { method: 'GET', path, sourceIp: '203.0.113.7' }, authorizer: { jwt: { claims } } },
});

/** Does something several times, one after the other. */
export async function times(count: number, work: () => Promise<unknown>): Promise<void> {
  for (let index = 0; index < count; index += 1) await work();
}

/** The error of options or names that cannot be used. */
export function errorOf(action: () => unknown): ConfigurationError {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
