import type { IncomingMessage } from 'node:http';
import dynalite from 'dynalite';
import { listenOnLoopback } from './listen.ts';

/** A DynamoDB that runs in this process and keeps its data in memory. */
export interface EmbeddedDynamoDb {
  /** URL for the SDK's `endpoint`. */
  readonly endpoint: string;
  /** Ends the server, its open connections and its data. May be called more than once. */
  close(): Promise<void>;
}

/**
 * Starts dynalite on a free port of the loopback interface.
 *
 * It knows neither transactions nor TTL, and a failed condition never brings the item back.
 *
 * @throws when the server cannot listen.
 */
export async function startEmbeddedDynamoDb(): Promise<EmbeddedDynamoDb> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.on('request', shieldFromAbortedBody);
  const address = await listenOnLoopback(server);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closed ??= new Promise((resolve, reject) => {
      server.close((error) => (error ? reject(error) : resolve()));
      // Keep-alive connections of clients would otherwise hold the close back.
      server.closeAllConnections();
    }));
  return { endpoint: `http://${address}`, close };
}

// dynalite throws from its own error listener when a client goes away in the middle of a body, which would end this
// process. Its listener is already there: request listeners run in the order in which they were added.
function shieldFromAbortedBody(request: IncomingMessage): void {
  request.removeAllListeners('error');
  request.on('error', () => request.socket.destroy());
}
