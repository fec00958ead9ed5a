import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { killEvenIfStopped, registerChild } from './child-registry.ts';
import { listenOnLoopback } from './listen.ts';

const JAR_DIRECTORY_VARIABLE = 'DYNAMODB_LOCAL_JAR_DIR';
const LOWEST_JAVA = 17;
const POLL_INTERVAL_MS = 50;
const READY_WITHIN_MS = 30_000;

/** AWS's DynamoDB Local, run by Java in a process of its own. */
export interface DynamoDbLocal {
  /** URL for the SDK's `endpoint`. */
  readonly endpoint: string;
  /** Ends the process and waits for it. May be called more than once. */
  close(): Promise<void>;
}

/**
 * Starts DynamoDB Local, in memory, where it is available: the environment variable `DYNAMODB_LOCAL_JAR_DIR` names the
 * folder with `DynamoDBLocal.jar` and `DynamoDBLocal_lib`, and `java` is version 17 or later. Its license forbids
 * redistribution, so it is never a dependency.
 *
 * @returns undefined where it is not available, so that callers can report its runs as absent.
 * @throws when it is available and does not start.
 */
export async function startDynamoDbLocal(): Promise<DynamoDbLocal | undefined> {
  const directory = process.env[JAR_DIRECTORY_VARIABLE];
  if (!directory || !existsSync(join(directory, 'DynamoDBLocal.jar')) || javaVersion() < LOWEST_JAVA) return undefined;
  const port = await freePort();
  const child = spawn(
    'java',
    [
      '-Djava.library.path=./DynamoDBLocal_lib',
      '-jar',
      'DynamoDBLocal.jar',
      ...['-inMemory', '-sharedDb', '-disableTelemetry', '-port', port],
    ],
    { cwd: directory, stdio: 'ignore' },
  );
  registerChild(child);
  const exited = once(child, 'exit');
  const close = async (): Promise<void> => {
    killEvenIfStopped(child);
    await exited;
  };
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await untilReady(endpoint, child);
  } catch (error) {
    await close();
    throw error;
  }
  return { endpoint, close };
}

/** The major version of `java` on the path, or 0 where there is none. */
function javaVersion(): number {
  const { error, stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  if (error) return 0;
  return Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
}

// DynamoDB Local cannot choose a port itself and report it.
async function freePort(): Promise<string> {
  const server = createServer();
  const address = await listenOnLoopback(server);
  server.close();
  await once(server, 'close');
  return new URL(`http://${address}`).port;
}

async function untilReady(endpoint: string, child: ChildProcess): Promise<void> {
  const giveUpAt = Date.now() + READY_WITHIN_MS;
  while (Date.now() < giveUpAt) {
    if (child.exitCode !== null) throw new Error(`DynamoDB Local exited with code ${child.exitCode}`);
    // Any answer will do: an unsigned request is refused, but by a server that is up.
    const answered = await fetch(endpoint).then(
      async (response) => (await response.arrayBuffer(), true),
      () => false,
    );
    if (answered) return;
    await delay(POLL_INTERVAL_MS);
  }
  throw new Error(`DynamoDB Local does not answer after ${READY_WITHIN_MS} ms`);
}
