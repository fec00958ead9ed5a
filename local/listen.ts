import { once } from 'node:events';
import type { Server } from 'node:net';

const LOOPBACK = '127.0.0.1';

/**
 * Lets a server listen on a free port of the loopback interface.
 *
 * @returns `host:port`.
 * @throws when the server cannot listen.
 */
export async function listenOnLoopback(server: Server): Promise<string> {
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return `${LOOPBACK}:${address.port}`;
}
