import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP server of this process that stands for a service. */
export interface LocalServer {
  /** Address without a path. */
  readonly url: string;
  /** Ends it, and what it has not answered yet. */
  close(): Promise<void>;
}

/** Starts a server on a free port. */
export async function startLocalServer(answer: RequestListener): Promise<LocalServer> {
  // Whoever is frozen between requests does not see that a connection was closed.
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    request.resume();
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
