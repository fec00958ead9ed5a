import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { createTable, LOCAL_CREDENTIALS, LOCAL_REGION, startEmbeddedDynamoDb } from '../../../local/index.ts';

const RUNTIME = join(import.meta.dirname, '../../../runtime');
const { bin } = JSON.parse(readFileSync(join(RUNTIME, 'package.json'), 'utf8')) as { bin: Record<string, string> };
const PROGRAM = join(RUNTIME, bin['resilient-lambda-runtime'] ?? '');

const engine = await startEmbeddedDynamoDb();
afterAll(() => engine.close());

/** Runs the program without a terminal. */
function run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const env = {
    PATH: process.env['PATH'],
    AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    RESILIENCE_CIRCUIT_TABLE: 'circuits',
    RESILIENCE_RATE_LIMIT_TABLE: 'limits',
  };
  const child = spawn(process.execPath, [PROGRAM, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (printed.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (printed.err += chunk.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...printed })));
}

describe('the program as it is published', () => {
  it('has been built: npm run build comes before the tests', () => {
    expect(existsSync(PROGRAM)).toBe(true);
  });

  it('forces a circuit, lists it, and ends', async () => {
    await createTable(engine.endpoint, { tableName: 'circuits', partitionKey: 'id' });
    const region = ['--region', LOCAL_REGION];
    expect(await run('circuits', 'open', 'orders', ...region)).toMatchObject({ code: 2, out: '', err: expect.stringContaining('add --yes') });
    expect(await run('circuits', 'open', 'orders', '--yes', ...region)).toMatchObject({
      code: 0,
      out: expect.stringContaining('forced_open'),
      err: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC circuits open: circuit orders in table circuits refuses every call until the next command\n$/),
    });
    const { code, out } = await run('circuits', 'list', '--json', ...region);
    expect({ code, list: JSON.parse(out) }).toMatchObject({ code: 0, list: { circuits: [{ name: 'orders', state: 'forced_open' }] } });
  }, 60_000);

  it('blocks a key of a limit, lists it, and ends', async () => {
    await createTable(engine.endpoint, { tableName: 'limits', partitionKey: 'id' });
    const region = ['--region', LOCAL_REGION];
    expect(await run('limits', 'block', 'api', 'tenant a', '--for', '10m', '--yes', ...region)).toMatchObject({
      code: 0,
      err: expect.stringContaining('limits block: key api "tenant a" in table limits (1 part) is blocked until'),
    });
    const { code, out } = await run('limits', 'list', '--json', ...region);
    expect({ code, list: JSON.parse(out) }).toMatchObject({ code: 0, list: { keys: [{ name: 'api', parts: ['tenant a'], shards: 1, blockedShards: 1 }] } });
  }, 60_000);

  it('starts with the line by which a shell finds Node', () => {
    expect(readFileSync(PROGRAM, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });
});
