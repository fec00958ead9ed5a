import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPaymentsServer, type PaymentsServer } from '../../demo/payments-server.ts';
import { resolveVariables, synthesize, type SynthesizedFunction } from '../../demo/synthesized-function.ts';
import {
  createTablesFromTemplate,
  startEmbeddedDynamoDb,
  startFaultProxy,
  startFleet,
  type EmbeddedDynamoDb,
  type FaultProxy,
  type Fleet,
} from '../../local/index.ts';

const ENVIRONMENTS = 4;
const EVENT = { version: '2.0', requestContext: { http: { method: 'POST', path: '/checkout' } }, body: '{}' };
/** Time after which something that should have happened has not. */
const PATIENCE_MS = 15_000;
const POLL_INTERVAL_MS = 10;

interface Transition {
  readonly from: string;
  readonly to: string;
  readonly shared: boolean;
}

interface Answer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

let outDir: string;
let code: SynthesizedFunction;
let engine: EmbeddedDynamoDb;
let proxy: FaultProxy;
let variables: Record<string, string>;
let payments: PaymentsServer;
let paymentsCalls = 0;

beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'resilient-lambda-'));
  code = await synthesize(outDir);
  engine = await startEmbeddedDynamoDb();
  proxy = await startFaultProxy(engine.endpoint);
  const tables = await createTablesFromTemplate(engine.endpoint, code.template);
  payments = await startPaymentsServer(() => {
    paymentsCalls += 1;
  });
  const synthesized = resolveVariables(code, tables);
  variables = { ...synthesized, PAYMENTS_URL: payments.url, AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint };
}, 60_000);

afterAll(async () => {
  await payments.close();
  await proxy.close();
  await engine.close();
  await rm(outDir, { recursive: true, force: true });
});

/** A fleet of the synthesised function; `circuit` keeps the tests apart, for they share one table. */
async function withFleet(
  circuitOptions: Readonly<Record<string, unknown>>,
  body: (fleet: Fleet, transitions: Transition[]) => Promise<void>,
): Promise<void> {
  const transitions: Transition[] = [];
  const config = { version: 1, circuits: { payments: { openDurationMs: 400, ...circuitOptions } } };
  const fleet = await startFleet(ENVIRONMENTS, {
    taskRoot: code.taskRoot,
    handler: code.handler,
    memoryMb: code.memoryMb,
    timeoutMs: code.timeoutMs,
    environment: { ...variables, RESILIENCE_CONFIG: JSON.stringify(config) },
    onLog: (line) => {
      if (line.includes('"circuit.state_changed"')) transitions.push(JSON.parse(line) as Transition);
    },
  });
  try {
    payments.setFailing(false);
    await body(fleet, transitions);
  } finally {
    await fleet.close();
  }
}

async function ask(fleet: Fleet, environment: number): Promise<Answer> {
  const result = await fleet.invokeOn(environment, EVENT);
  if (!result.ok) throw new Error(`${result.errorType}: ${result.errorMessage}`);
  return result.payload as Answer;
}

/** Asks every environment in turn until the last answer of each has the wanted status. */
async function untilAll(fleet: Fleet, statusCode: number): Promise<void> {
  const last = new Array<number>(ENVIRONMENTS).fill(0);
  const endMs = Date.now() + PATIENCE_MS;
  for (let sent = 0; Date.now() < endMs; sent += 1) {
    const environment = sent % ENVIRONMENTS;
    last[environment] = (await ask(fleet, environment)).statusCode;
    if (last.every((seen) => seen === statusCode)) return;
    await delay(POLL_INTERVAL_MS);
  }
  throw new Error(`after ${PATIENCE_MS} ms the environments answer ${last.join(', ')}, not ${statusCode}`);
}

const named = (transitions: readonly Transition[]) => transitions.map(({ from, to }) => `${from} > ${to}`);

describe('the bundled handler in isolated environments', () => {
  it('opens one circuit once for the whole fleet, and closes it once', async () => {
    await withFleet({}, async (fleet, transitions) => {
      await untilAll(fleet, 200);
      expect(transitions).toEqual([]);

      payments.setFailing(true);
      await untilAll(fleet, 503);
      expect(named(transitions)).toEqual(['closed > open']);
      const callsWhileOpen = paymentsCalls;
      const refusal = await ask(fleet, 0);
      expect(paymentsCalls).toBe(callsWhileOpen);
      expect(JSON.parse(refusal.body)).toMatchObject({ code: 'CIRCUIT_OPEN', service: 'payments', retry_after: 1 });
      expect(refusal.headers).toMatchObject({ 'Retry-After': '1' });

      payments.setFailing(false);
      await untilAll(fleet, 200);
      const seen = named(transitions);
      expect(seen.filter((transition) => transition === 'closed > open')).toHaveLength(1);
      expect(seen.filter((transition) => transition === 'half_open > closed')).toHaveLength(1);
      expect(transitions.every(({ shared }) => shared)).toBe(true);
    });
  }, 60_000);

  it('answers every request while the state table is down, and each environment protects itself', async () => {
    const outage = proxy.outage();
    try {
      await withFleet({}, async (fleet, transitions) => {
        await untilAll(fleet, 200);
        payments.setFailing(true);
        await untilAll(fleet, 503);
        expect(named(transitions)).toEqual(new Array(ENVIRONMENTS).fill('closed > open'));
        expect(transitions.some(({ shared }) => shared)).toBe(false);
      });
    } finally {
      outage.remove();
    }
  }, 60_000);
});
