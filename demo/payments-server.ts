import { setTimeout as delay } from 'node:timers/promises';
import { startLocalServer, type LocalServer } from './local-server.ts';

const ANSWER_TIME_MS = 20;

/** A payments service that can be made to fail. */
export interface PaymentsServer extends LocalServer {
  /** Whether it answers 503 from now on. */
  setFailing(failing: boolean): void;
}

/**
 * Starts the payments service on a free port.
 *
 * @param onCall told about every call, and whether it fails.
 */
export async function startPaymentsServer(onCall: (failed: boolean) => void): Promise<PaymentsServer> {
  let failing = false;
  const server = await startLocalServer((_request, response) => {
    const failed = failing;
    onCall(failed);
    void delay(ANSWER_TIME_MS).then(() => response.writeHead(failed ? 503 : 200).end('{}'));
  });
  return {
    url: `${server.url}/charges`,
    setFailing: (value) => {
      failing = value;
    },
    close: () => server.close(),
  };
}
