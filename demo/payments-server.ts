import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const ANSWER_TIME_MS = 20;

/** A payments service that can be made to fail. */
export interface PaymentsServer {
  readonly url: string;
  /** Whether it answers 503 from now on. */
  setFailing(failing: boolean): void;
  close(): Promise<void>;
}

/**
 * Starts the payments service on a free port.
 *
 * @param onCall told about every call, and whether it fails.
 */
export async function startPaymentsServer(onCall: (failed: boolean) => void): Promise<PaymentsServer> {
  let failing = false;
  const server = createServer((request, response) => {
    request.resume();
    const failed = failing;
    onCall(failed);
    void delay(ANSWER_TIME_MS).then(() => response.writeHead(failed ? 503 : 200).end('{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/charges`,
    setFailing: (value) => {
      failing = value;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
