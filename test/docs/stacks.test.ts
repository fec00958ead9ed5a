import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from './pages.ts';

const run = promisify(execFile);

/** Synthesises an example, handlers bundled. Returns the template of its stack, as text. */
async function synthesise(example: string, stack: string): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'resilient-lambda-'));
  try {
    await run('tsx', [example], { cwd: ROOT, env: { ...process.env, CDK_OUTDIR: outDir, NODE_OPTIONS: '' } });
    return await readFile(join(outDir, `${stack}.template.json`), 'utf8');
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

describe('the stacks that are shown', () => {
  it('of the README synthesises', async () => {
    const template = await synthesise('examples/stack.ts', 'Shop');
    expect(template).toContain(String.raw`{\"version\":1,\"circuits\":{\"payments\":{\"openDurationMs\":30000}}}`);
  }, 60_000);

  it('of the rate limiter synthesises, and its queue is told about single records', async () => {
    const template = await synthesise('examples/limits-stack.ts', 'Orders');
    expect(template).toContain(String.raw`\"geocoding\":{\"limits\":[{\"limit\":90,\"periodMs\":60000,\"burst\":10}],\"maxWaitMs\":5000}`);
    expect(template).toContain('ReportBatchItemFailures');
  }, 60_000);

  it('of the bulkhead synthesises, and Lambda keeps what it can keep', async () => {
    const template = await synthesise('examples/bulkhead-stack.ts', 'Books');
    expect(template).toContain(String.raw`\"ledger\":{\"maxConcurrent\":20,\"maxWaitMs\":2000}`);
    expect(template).toContain('"MaximumConcurrency": 5');
    expect(template).not.toContain('imports');
  }, 60_000);

  it('of load shedding synthesises, without a table', async () => {
    const template = await synthesise('examples/load-shedding-stack.ts', 'Search');
    expect(template).toContain(String.raw`\"loadShedding\":{\"targetLatencyMs\":300`);
    expect(template).not.toContain('AWS::DynamoDB');
  }, 60_000);

  it('of the timeout synthesises, without a table', async () => {
    const template = await synthesise('examples/timeout-stack.ts', 'Reports');
    expect(template).toContain(String.raw`\"timeout\":{\"timeoutMs\":3000,\"operationTimeoutsMs\":{\"GET /reports/{id}\":10000}}`);
    expect(template).not.toContain('AWS::DynamoDB');
  }, 60_000);

  it('of the outbound client synthesises, with the circuit of its dependency', async () => {
    const template = await synthesise('examples/client-stack.ts', 'Books');
    expect(template).toContain(String.raw`\"circuits\":{\"ledger\":{\"openDurationMs\":10000}}`);
    expect(template).toContain(String.raw`\"ledger\":{\"baseUrl\":\"https://ledger.example.com/v1\",\"timeoutMs\":5000,\"attemptTimeoutMs\":2000`);
    expect(template).toContain('AWS::DynamoDB');
  }, 60_000);

  it('of AWS Cloud Map synthesises, and lets the function look up that service', async () => {
    const template = await synthesise('examples/cloud-map-stack.ts', 'Shop');
    expect(template).toContain(String.raw`\"stock\":{\"cloudMap\":{\"namespace\":\"shop\"`);
    expect(template).toContain('servicediscovery:DiscoverInstances');
  }, 60_000);

  it('of getting started synthesises, with everything that it promises', async () => {
    const template = await synthesise('examples/getting-started-stack.ts', 'Shop');
    expect(template).toContain(String.raw`\"callers\":{\"limits\":[{\"limit\":10,\"periodMs\":1000}],\"by\":[\"ip\"]}`);
    for (const type of ['AWS::Lambda::Url', 'AWS::CloudWatch::Dashboard', 'AWS::CloudWatch::Alarm']) expect(template).toContain(type);
  }, 60_000);

  it('whose configuration changes synthesises, and its function knows where it is', async () => {
    const template = await synthesise('examples/dynamic-stack.ts', 'Payments');
    expect(template).toContain('AWS::AppConfig::HostedConfigurationVersion');
    expect(template).toContain('RESILIENCE_DYNAMIC_CONFIG');
  }, 60_000);

  it('with a dashboard and alarms synthesises', async () => {
    const template = await synthesise('examples/monitored-stack.ts', 'Monitored');
    expect(template).toContain('AWS::CloudWatch::Dashboard');
    expect(template).toContain('AWS::CloudWatch::CompositeAlarm');
  }, 60_000);

  it('that announces changes of circuits synthesises', async () => {
    const template = await synthesise('examples/events-stack.ts', 'Announced');
    expect(template).toContain('AWS::Pipes::Pipe');
  }, 60_000);
});
