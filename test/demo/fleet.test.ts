import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BULKHEAD_NAME, mostAtOnce } from '../../demo/bulkhead-run.ts';
import { startCarrierServers, type CarrierAnswer, type CarrierServers } from '../../demo/carrier-servers.ts';
import { CARRIER_NAME } from '../../demo/client-run.ts';
import { EXERCISED } from '../../demo/dashboard.ts';
import { LIMIT_NAME } from '../../demo/limit-run.ts';
import { startPaymentsServer, type PaymentsServer } from '../../demo/payments-server.ts';
import { functionOf, resolveVariables, synthesize, type SynthesizedFunction, type SynthesizedStack } from '../../demo/synthesized-stack.ts';
import { declaredEndpoints, declaredLimit, declaredSlots, declaredTimeoutMs } from '../../demo/variables.ts';
import {
  createTablesFromTemplate,
  startEmbeddedDynamoDb,
  startFaultProxy,
  startFleet,
  type CreatedTable,
  type EmbeddedDynamoDb,
  type FaultProxy,
  type Fleet,
} from '../../local/index.ts';
import { renderPreview } from '../../preview/preview.ts';
import { describeMetric } from '../../preview/run-metrics.ts';

const ENVIRONMENTS = 4;
const EVENT = { version: '2.0', rawQueryString: 'q=tea', requestContext: { http: { method: 'POST', path: '/checkout' } }, body: '{}' };
/** Time after which something that should have happened has not. */
const PATIENCE_MS = 15_000;
const POLL_INTERVAL_MS = 10;
const DAY_MS = 86_400_000;

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
let stack: SynthesizedStack;
let engine: EmbeddedDynamoDb;
let proxy: FaultProxy;
let tables: ReadonlyMap<string, CreatedTable>;
let payments: PaymentsServer;
let paymentsCalls = 0;
let carrier: CarrierServers;
let carrierCalls: CarrierAnswer[] = [];
/** Everything that functions print. */
let printed: string[] = [];

beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'resilient-lambda-'));
  stack = await synthesize(outDir);
  engine = await startEmbeddedDynamoDb();
  proxy = await startFaultProxy(engine.endpoint);
  tables = await createTablesFromTemplate(engine.endpoint, stack.template);
  payments = await startPaymentsServer(() => {
    paymentsCalls += 1;
  });
  carrier = await startCarrierServers(3, (answer) => {
    carrierCalls.push(answer);
  });
}, 120_000);

afterAll(async () => {
  await payments.close();
  await carrier.close();
  await proxy.close();
  await engine.close();
  await rm(outDir, { recursive: true, force: true });
});

/** A fleet of a function of the stack, as synthesised but for its configuration. */
async function fleetOf(code: SynthesizedFunction, config: object, onLog: (line: string) => void): Promise<Fleet> {
  const { taskRoot, handler, memoryMb, timeoutMs } = code;
  const environment = {
    ...resolveVariables(code, tables),
    PAYMENTS_URL: payments.url,
    CARRIER_URLS: carrier.urls.join(),
    AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint,
    RESILIENCE_CONFIG: JSON.stringify(config),
  };
  const hear = (line: string) => {
    printed.push(line);
    onLog(line);
  };
  return startFleet(ENVIRONMENTS, { taskRoot, handler, memoryMb, timeoutMs, environment, onLog: hear });
}

/** A fleet of the checkout; its circuit is soon probed. */
async function withCheckout(body: (fleet: Fleet, transitions: Transition[]) => Promise<void>): Promise<void> {
  const transitions: Transition[] = [];
  const config = { version: 1, circuits: { payments: { openDurationMs: 400 } } };
  const fleet = await fleetOf(functionOf(stack, 'Checkout'), config, (line) => {
    if (/"event":"circuit\.(?:opened|half_opened|closed)"/.test(line)) transitions.push(JSON.parse(line) as Transition);
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

/** What came of a number of requests to the search, sent one by one. */
interface Searched {
  readonly answers: readonly Answer[];
  /** Whether an environment decided alone, because the table did not answer in time. */
  readonly alone: boolean;
}

/** Sends requests to a fresh fleet of the search, to every environment in turn. */
async function searchInTurn(requests: number, options: Readonly<Record<string, unknown>>): Promise<Searched> {
  let alone = false;
  const config = { version: 1, limits: { search: options } };
  const fleet = await fleetOf(functionOf(stack, 'Search'), config, (line) => {
    if (line.includes('"store.error"')) alone = true;
  });
  try {
    const answers: Answer[] = [];
    for (let sent = 0; sent < requests; sent += 1) answers.push(await ask(fleet, sent % ENVIRONMENTS));
    return { answers, alone };
  } finally {
    await fleet.close();
  }
}

/** The same, as often as it takes until the table has always answered in time, which it may not on a busy machine. */
async function searchUndisturbed(requests: number, limit: number, periodMs = DAY_MS): Promise<readonly Answer[]> {
  for (let attempt = 0; attempt < 8; attempt += 1) {
    // A limit of another period is another limit, of which nothing has been used.
    const { answers, alone } = await searchInTurn(requests, { limits: [{ limit, periodMs: periodMs + attempt }] });
    if (!alone) return answers;
  }
  throw new Error('the table never answered in time');
}

/** Slots that even a table that does not answer gives nobody more of; kept ones would outlive the fleet until their leases end. */
const TWO_AT_ONCE = { inbound: true, maxConcurrent: 2, keepDurationMs: 0, onStoreFailure: 'deny' };

/** A fleet of the reports, each environment of which has made one. */
async function withReports(bulkhead: object, body: (fleet: Fleet) => Promise<void>): Promise<void> {
  const config = { version: 1, bulkheads: { reports: bulkhead }, loadShedding: { maxEventAgeMs: 10_000, targetLatencyMs: 2000 } };
  const fleet = await fleetOf(functionOf(stack, 'Reports'), config, () => {});
  try {
    for (let environment = 0; environment < ENVIRONMENTS; environment += 1) await ask(fleet, environment);
    await body(fleet);
  } finally {
    await fleet.close();
  }
}

/** Asks for reports until some have waited, some were refused and one was shed because of its age. */
async function exerciseReports(): Promise<void> {
  await withReports({ ...TWO_AT_ONCE, maxConcurrent: 1, maxWaitMs: 400 }, async (fleet) => {
    const { requestContext } = EVENT;
    await fleet.invokeOn(0, { ...EVENT, requestContext: { ...requestContext, timeEpoch: Date.now() - 60_000 } });
    const endMs = Date.now() + PATIENCE_MS;
    while (!(said('BulkheadRefused') && said('BulkheadWaitDuration')) && Date.now() < endMs) {
      await Promise.all(fleet.environments.map((_, environment) => ask(fleet, environment)));
    }
  });
}

/** A fleet of the quotes, or of their plain handler, while an endpoint of the carrier hangs, with times that a busy machine can keep. */
async function withQuotes(export_: 'handler' | 'plain', body: (fleet: Fleet) => Promise<void>): Promise<void> {
  const dependency = { endpoints: carrier.urls, timeoutMs: 8000, attemptTimeoutMs: 1000, circuit: 'carrier', bulkhead: 'carrier' };
  const policies = { circuits: { carrier: {} }, bulkheads: { carrier: { shared: false } } };
  const code = functionOf(stack, 'Quotes');
  const config = { version: 1, ...policies, timeout: { timeoutMs: 9000 }, dependencies: { carrier: dependency } };
  const fleet = await fleetOf({ ...code, handler: code.handler.replace('handler', export_) }, config, () => {});
  try {
    carrier.setWeather({ hanging: true, hiccupShare: 0 });
    carrierCalls = [];
    await body(fleet);
  } finally {
    carrier.setWeather({ hanging: false, hiccupShare: 0 });
    await fleet.close();
  }
}

/** Asks for quotes, all environments at once, until a call has hung. */
async function askUntilHung(fleet: Fleet): Promise<Answer[]> {
  const answers: Answer[] = [];
  const endMs = Date.now() + PATIENCE_MS;
  while (!carrierCalls.includes('hang') && Date.now() < endMs) {
    answers.push(...(await Promise.all(fleet.environments.map((_, environment) => ask(fleet, environment)))));
  }
  expect(carrierCalls).toContain('hang');
  return answers;
}

const said = (metric: string): boolean => printed.some((line) => line.includes(`"${metric}":`));

const admitted = (answers: readonly Answer[]) => answers.filter(({ statusCode }) => statusCode === 200).length;

describe('the stack of the demo', () => {
  it('has four functions with code of their own', () => {
    const names = ['Checkout', 'Search', 'Reports', 'Quotes'] as const;
    const [checkout, search, reports, quotes] = names.map((name) => functionOf(stack, name)) as [SynthesizedFunction, SynthesizedFunction, SynthesizedFunction, SynthesizedFunction];
    expect([...stack.functions.keys()]).toEqual(names);
    expect(new Set([checkout, search, reports, quotes].map(({ taskRoot }) => taskRoot)).size).toBe(4);
    expect(checkout.variables).toHaveProperty('RESILIENCE_CIRCUIT_TABLE');
    expect(search.variables).toHaveProperty('RESILIENCE_RATE_LIMIT_TABLE');
    expect(declaredLimit(resolveVariables(search, tables), LIMIT_NAME)).toEqual({ limit: 20, periodMs: 1000, burst: 20 });
    expect(declaredEndpoints(resolveVariables(quotes, tables), CARRIER_NAME)).toHaveLength(3);
    expect(declaredTimeoutMs(resolveVariables(quotes, tables))).toBe(1000);
    expect(reports.variables).toHaveProperty('RESILIENCE_BULKHEAD_TABLE');
    expect(declaredSlots(resolveVariables(reports, tables), BULKHEAD_NAME)).toBe(3);
  });

  it('has no other functions, and says which it has', () => {
    expect(() => functionOf(stack, 'Basket')).toThrow('the stack has no function Basket, only Checkout, Search, Reports, Quotes');
  });
});

describe('the bundled search in isolated environments', () => {
  it('admits the whole fleet together what the limit says', async () => {
    const answers = await searchUndisturbed(4 * ENVIRONMENTS, 6);
    expect(admitted(answers)).toBe(6);
    expect(answers.slice(0, 6).every(({ statusCode }) => statusCode === 200)).toBe(true);
    expect(answers.at(-1)).toMatchObject({ statusCode: 429, headers: { 'Retry-After': expect.stringMatching(/^\d+$/) } });
    expect(JSON.parse(answers.at(-1)?.body ?? '')).toMatchObject({ code: 'RATE_LIMITED', limit: 6, remaining: 0 });
  }, 180_000);

  it('admits every environment as much if nothing is shared, and asks no table', async () => {
    const { requests } = proxy.counters();
    const { answers } = await searchInTurn(4 * ENVIRONMENTS, { limits: [{ limit: 2, periodMs: DAY_MS }], shared: false });
    expect(admitted(answers)).toBe(2 * ENVIRONMENTS);
    expect(proxy.counters().requests).toBe(requests);
  }, 60_000);
});

describe('the bundled reports in isolated environments', () => {
  it('makes no more at once than there are slots, and refuses the rest at once if nobody may wait', async () => {
    await withReports({ ...TWO_AT_ONCE, queueSize: 0 }, async (fleet) => {
      const answers = await Promise.all(fleet.environments.map((_, environment) => ask(fleet, environment)));
      const refused = answers.filter(({ statusCode }) => statusCode === 429);
      // A busy machine may leave time for one after the other.
      expect(refused.length).toBeLessThanOrEqual(ENVIRONMENTS - 2);
      for (const { body } of refused) expect(JSON.parse(body)).toMatchObject({ code: 'BULKHEAD_FULL', max_concurrent: 2 });
      const made = answers.filter(({ statusCode }) => statusCode === 200).map(({ body }) => JSON.parse(body) as { startedAtMs: number; endedAtMs: number });
      expect(mostAtOnce(made.map(({ startedAtMs, endedAtMs }) => ({ fromMs: startedAtMs, toMs: endedAtMs })))).toBeLessThanOrEqual(2);
    });
  }, 60_000);
});

describe('the bundled quotes in isolated environments', () => {
  it('answers every request while an endpoint hangs, with a second call elsewhere', async () => {
    await withQuotes('handler', async (fleet) => {
      const answers = await askUntilHung(fleet);
      expect([...new Set(answers.map(({ statusCode }) => statusCode))]).toEqual([200]);
      expect(JSON.parse(answers[0]?.body ?? '')).toEqual({ price: 7 });
      expect(carrierCalls.length).toBeGreaterThanOrEqual(answers.length + 1);
    });
  }, 60_000);

  it('fails without the client wherever an endpoint does', async () => {
    await withQuotes('plain', async (fleet) => {
      const answers = await askUntilHung(fleet);
      expect(answers.filter(({ statusCode }) => statusCode === 502)).toHaveLength(carrierCalls.filter((answer) => answer === 'hang').length);
      expect(carrierCalls).toHaveLength(answers.length);
    });
  }, 60_000);
});

describe('the bundled checkout in isolated environments', () => {
  it('opens one circuit once for the whole fleet, and closes it once', async () => {
    await withCheckout(async (fleet, transitions) => {
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
      await withCheckout(async (fleet, transitions) => {
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

/**
 * Metrics of the dashboard and of alarms that the demo does not exercise: nothing answers in place of payments, nothing is a dry run,
 * no environment dies with a slot, and neither tables nor health nor the reporting itself have trouble.
 */
const AT_REST = [
  ...['BulkheadDegraded', 'BulkheadReclaimed', 'CircuitFallbacks', 'ObservabilityErrors', 'ObservabilityFolded'],
  ...['RateLimitDegraded', 'RateLimitWouldRefuse', 'RequestErrors', 'RequestsWouldShed', 'StoreErrors'],
];

/** Those of the quotes, which are all answered: nothing is given up for good, nothing refused. */
const QUOTES_AT_REST = [
  ...['BulkheadDegraded', 'BulkheadReclaimed', 'BulkheadRefused', 'BulkheadWaitDuration', 'CircuitFallbacks', 'CircuitOpened', 'CircuitRefused'],
  ...['ClientErrors', 'ClientFallbacks', 'ClientUnhealthyUsed', 'ObservabilityErrors', 'ObservabilityFolded', 'RequestErrors', 'RequestsRejected'],
  ...['RetryExhausted', 'StoreErrors', 'TimeoutRefused'],
];

describe('the dashboard and the alarms of the demo', () => {
  it('ask for what the functions send, with equal namespace, dimensions and unit, and for nothing less', async () => {
    printed = [];
    await withCheckout(async (fleet) => {
      await untilAll(fleet, 200);
      payments.setFailing(true);
      await untilAll(fleet, 503);
      payments.setFailing(false);
      await untilAll(fleet, 200);
    });
    await exerciseReports();
    await withQuotes('handler', async (fleet) => {
      await askUntilHung(fleet);
    });
    // A limit that no other test has used up.
    await searchUndisturbed(4 * ENVIRONMENTS, 6, DAY_MS / 2);

    const { coverage, problems } = renderPreview({ title: 'Demo', template: stack.template, lines: printed, exercised: EXERCISED });
    expect(problems).toEqual([]);
    // What is sent at the essential level is shown: nobody pays for what nobody sees.
    expect(coverage.unseen).toEqual([]);
    const exercised = new Set(EXERCISED.map((metric) => describeMetric({ namespace: '', ...metric })));
    const others = coverage.asked.filter((metric) => !exercised.has(describeMetric(metric)));
    const [ofQuotes, ofOthers] = [true, false].map((areQuotes) => others.filter(({ dimensions }) => (dimensions['service'] === 'quotes') === areQuotes));
    expect([...new Set(ofQuotes?.map(({ name }) => name))].sort()).toEqual(QUOTES_AT_REST);
    expect([...new Set(ofOthers?.map(({ name }) => name))].sort()).toEqual(AT_REST);
    expect(coverage.asked.length - others.length).toBe(EXERCISED.length);
  }, 180_000);
});
