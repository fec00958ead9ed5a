import { parentPort } from 'node:worker_threads';
import { createTable, startEmbeddedDynamoDb, startFaultProxy } from '../local/index.ts';
import { CONTRACT } from '../runtime/src/contract/contract.ts';

/** The tables of both sides. */
export const TABLES = { ours: 'limits', theirs: 'rate-limiter-flexible' } as const;

/** What the engine answers: its address, to begin with, and then the requests since the last answer by operation. */
export type EngineAnswer = { readonly endpoint: string } | { readonly requests: Readonly<Record<string, number>> };

/** The store in a thread of its own, so that what it takes is not counted as work of those who ask. */
async function serve(port: NonNullable<typeof parentPort>): Promise<void> {
  const { endpoint } = await startEmbeddedDynamoDb();
  await createTable(endpoint, { tableName: TABLES.ours, partitionKey: CONTRACT.tables.rateLimit.partitionKey });
  await createTable(endpoint, { tableName: TABLES.theirs, partitionKey: 'key' });
  const proxy = await startFaultProxy(endpoint);
  port.on('message', () => {
    port.postMessage({ requests: proxy.counters().requestsByOperation } satisfies EngineAnswer);
    proxy.resetCounters();
  });
  port.postMessage({ endpoint: proxy.endpoint } satisfies EngineAnswer);
}

if (parentPort !== null) await serve(parentPort);
