import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTable, faults, startEmbeddedDynamoDb } from '../../../local/index.ts';
import { counterName, spanAt } from '../../../runtime/src/circuit-breaker/evidence.ts';
import { circuitId } from '../../../runtime/src/circuit-breaker/key.ts';
import { NEW_CIRCUIT } from '../../../runtime/src/circuit-breaker/state.ts';
import { openCircuitTable, type CircuitTable } from '../circuit-breaker/circuit-table.ts';
import { NOW_MS, NOW_TEXT, operate } from './operate.ts';

const AT = { nowMs: NOW_MS };
const NOTHING = { state: NEW_CIRCUIT, counters: {}, control: undefined };
const SOME_CALLS = {
  [counterName('C', spanAt('C', NOW_MS))]: 25,
  [counterName('F', spanAt('F', NOW_MS))]: 3,
  [counterName('n', spanAt('n', NOW_MS))]: 7,
};

const engine = await startEmbeddedDynamoDb();
let table: CircuitTable;

beforeAll(async () => {
  table = await openCircuitTable(engine.endpoint);
  await createTable(engine.endpoint, { tableName: 'empty', partitionKey: 'id' });
  const { store } = table;
  await store.sync('payments', SOME_CALLS, NOTHING, AT);
  await store.apply('orders', { type: 'trip', generation: 0, openUntilMs: NOW_MS + 60_000 }, NEW_CIRCUIT, AT);
  const hostile = circuitId({ name: 'orders', tenant: 'a#b=ü \u001B[31m', operation: 'GET /' });
  await store.control(hostile, 'force_closed', AT);
});

beforeEach(() => table.proxy.clear());

afterAll(async () => {
  await table.close();
  await engine.close();
});

describe('circuits list', () => {
  it('shows every circuit in columns, and no control character of a tenant', async () => {
    await table.putItem('not-yet-used', {});
    expect(await operate('circuits list')).toEqual({
      questions: [],
      code: 0,
      err: '',
      out: [
        'CIRCUIT                                         STATE          SINCE (UTC)          OPEN UNTIL (UTC)     ACTIVE  FAILED IN 10 S',
        'not-yet-used                                    closed         -                    -                    -       -',
        'orders                                          open           2026-01-02 03:04:05  2026-01-02 03:05:05  -       -',
        'orders tenant=a#b=ü \\u{1b}[31m operation=GET /  forced_closed  2026-01-02 03:04:05  -                    -       -',
        'payments                                        closed         -                    -                    7       12 % (3 of 25)',
        '',
      ].join('\n'),
    });
  });

  it('prints JSON for machines', async () => {
    const { out } = await operate('circuits list --json');
    const { table: name, complete, circuits } = JSON.parse(out);
    expect({ name, complete }).toEqual({ name: 'circuits', complete: true });
    const base = { tenant: null, operation: null, sinceMs: null, openUntilMs: null, active: null, calls: 0, failures: 0, failureShare: null };
    expect(circuits).toEqual(
      expect.arrayContaining([
        { ...base, name: 'payments', state: 'closed', active: 7, calls: 25, failures: 3, failureShare: 0.12 },
        { ...base, name: 'orders', state: 'open', sinceMs: NOW_MS, openUntilMs: NOW_MS + 60_000 },
        { ...base, name: 'orders', tenant: 'a#b=ü \u001B[31m', operation: 'GET /', state: 'forced_closed', sinceMs: NOW_MS },
      ]),
    );
  });

  it('says so where there are none', async () => {
    expect(await operate('circuits list --table empty --region eu-west-1')).toMatchObject({ code: 0, out: expect.stringContaining('no circuits') });
  });

  it('goes on over all pages, and stops where it would be endless', async () => {
    await createTable(engine.endpoint, { tableName: 'full', partitionKey: 'id' });
    const { DynamoDBClient, BatchWriteItemCommand } = await import('@aws-sdk/client-dynamodb');
    const { localClientConfig } = await import('../../../local/index.ts');
    const client = new DynamoDBClient(localClientConfig(engine.endpoint));
    const item = (number: number) => ({ id: { S: `circuit#c${String(number).padStart(4, '0')}` }, openUntilMs: { S: 'x'.repeat(2000) } });
    for (let first = 0; first < 1005; first += 15) {
      const requests = Array.from({ length: 15 }, (_, index) => ({ PutRequest: { Item: item(first + index) } }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { full: requests } }));
    }
    client.destroy();
    const { code, out, err } = await operate('circuits list --json --table full');
    const { complete, circuits } = JSON.parse(out);
    expect({ code, complete, circuits: circuits.length }).toEqual({ code: 0, complete: false, circuits: 1000 });
    expect(err).toContain('more circuits than these 1000');
  });
});

describe('circuits show', () => {
  it('shows one circuit with all that is known', async () => {
    expect(await operate('circuits show orders')).toEqual({
      questions: [],
      code: 0,
      err: '',
      out: [
        'circuit           orders',
        'state             open',
        'since (UTC)       2026-01-02 03:04:05',
        'open until (UTC)  2026-01-02 03:05:05',
        'active            -',
        'failed in 10 s    -',
        'calls a second    -',
        'opened in a row   1',
        'probes succeeded  -',
        `generation        ${NOW_MS}`,
        '',
      ].join('\n'),
    });
  });

  it('shows the probes of a half-open circuit', async () => {
    const { state } = await table.store.apply('probed', { type: 'trip', generation: 0, openUntilMs: NOW_MS }, NEW_CIRCUIT, AT);
    const claim = { type: 'claim_probe', leaseId: 'lease1', leaseUntilMs: NOW_MS + 30_000, maxProbes: 3, roundMs: 60_000 } as const;
    await table.store.apply('probed', claim, state, AT);
    expect((await operate('circuits show probed')).out).toContain('probe lease1 until  2026-01-02 03:04:35\n');
    expect(JSON.parse((await operate('circuits show probed --json')).out)).toMatchObject({ state: 'half_open', successes: 0, opens: 1, probes: { lease1: NOW_MS + 30_000 } });
  });

  it('prints JSON with the counters', async () => {
    expect(JSON.parse((await operate('circuits show payments --json')).out)).toMatchObject({ active: 7, generation: 0, opens: null, counters: SOME_CALLS });
  });

  it('knows the circuits of tenants and operations', async () => {
    await table.store.control(circuitId({ name: 'search', tenant: 'blue' }), 'force_open', AT);
    await table.store.control(circuitId({ name: 'search', tenant: 'blue', operation: 'find' }), 'metrics_only', AT);
    expect(JSON.parse((await operate('circuits show search --tenant blue --json')).out)).toMatchObject({ tenant: 'blue', operation: null, state: 'forced_open' });
    expect(JSON.parse((await operate('circuits show search --tenant blue --operation find --json')).out)).toMatchObject({ operation: 'find', state: 'metrics_only' });
  });

  it('refuses a circuit that is not there', async () => {
    expect(await operate('circuits show paymets')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('table circuits knows no circuit paymets: list shows') });
  });
});

describe('circuits open, close, metrics-only and reset', () => {
  it.each([
    ['open', 'forced_open', 'refuses every call until the next command'],
    ['close', 'forced_closed', 'lets every call pass until the next command'],
    ['metrics-only', 'metrics_only', 'lets every call pass and counts, until the next command'],
    ['reset', 'closed', 'is automatic again from now on, closed, with nothing counted'],
  ])('%s leaves the circuit %s, shows it, and puts it on record', async (word, state, record) => {
    const { code, out, err } = await operate(`circuits ${word} steered --yes`);
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining(`state             ${state}\n`) });
    expect(err).toBe(`${NOW_TEXT} circuits ${word}: circuit steered in table circuits ${record}\n`);
    expect(JSON.parse((await operate('circuits show steered --json')).out)).toMatchObject({ state });
  });

  it('ask first, and do nothing without a yes', async () => {
    const questions = ['refuse every call of circuit asked in table circuits?'];
    expect(await operate('circuits open asked', false)).toEqual({ code: 1, out: '', err: 'nothing was changed\n', questions });
    await expect(table.store.read('asked', AT)).resolves.toEqual(NOTHING);
    const tenant = await operate('circuits open asked --tenant t', true);
    expect(tenant).toMatchObject({ code: 0, questions: ['refuse every call of circuit asked tenant=t in table circuits?'] });
  });

  it('do not ask with --yes', async () => {
    expect(await operate('circuits close asked --yes', false)).toMatchObject({ code: 0, questions: [] });
  });

  it('need --yes where nobody can be asked', async () => {
    expect(await operate('circuits reset unasked')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('add --yes') });
    await expect(table.store.read('unasked', AT)).resolves.toEqual(NOTHING);
  });
});

describe('a command that cannot be understood', () => {
  it.each([
    ['', 'the first word is undefined: write "circuits" or "limits"'],
    ['tables list', 'the first word is "tables": write "circuits" or "limits"'],
    ['circuits', 'circuits undefined is not a command: use one of list, show, open, close, metrics-only, reset'],
    ['circuits explode orders', 'circuits "explode" is not a command'],
    ['circuits list --loud', "unknown option '--loud'"],
    ['circuits list --table', "option '--table <value>' argument missing"],
    ['circuits list --table=', '--table is empty'],
    ['circuits list orders', 'list shows all circuits'],
    ['circuits list --tenant t', 'list shows all circuits'],
    ['circuits show', 'there is no circuit: add its name'],
    ['circuits show one other', '"other" is one word too many'],
    ['circuits show orders#tenant=a', 'the name of the circuit is "orders#tenant=a": use 1 to 64 letters'],
    ['circuits open ["orders",null,null] --yes', 'tenants and operations go into --tenant and --operation'],
    ['circuits open orders --tenant= --yes', '--tenant is empty'],
    ['circuits open orders --for 10m --yes', '--for is no option of circuits open: use --table, --region, --json, --yes, --help, --tenant, --operation'],
  ])('is refused: %s', async (line, message) => {
    const { code, out, err } = await operate(line);
    expect({ code, out, err }).toEqual({ code: 2, out: '', err: expect.stringContaining(message) });
    expect(err).toContain('--help');
  });

  it('is refused without a table', async () => {
    expect(await operate('circuits list', undefined, {})).toMatchObject({ code: 2, err: expect.stringContaining('add --table NAME or set RESILIENCE_CIRCUIT_TABLE') });
    expect((await operate('circuits list --table circuits', undefined, {})).code).toBe(0);
  });
});

describe('a table that gives no answer', () => {
  it.each(['circuits list', 'circuits show orders', 'circuits open orders --yes'])('ends %s with 1 and what to do', async (line) => {
    const { code, out, err } = await operate(`${line} --table nowhere`);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^the table gave no answer \(ResourceNotFoundException.*\): check the name of the table, the Region and the credentials\n$/);
  });

  it('names the permissions where they are missing', async () => {
    table.proxy.inject({ fault: faults.accessDenied() });
    expect(await operate('circuits show orders')).toMatchObject({ code: 1, err: expect.stringContaining('ask for the permissions that --help names') });
  });
});

describe('--help', () => {
  it('says what there is, and which permissions it takes', async () => {
    const { code, out } = await operate('--help', undefined, {});
    expect(code).toBe(0);
    for (const word of ['list', 'show', 'open', 'close', 'metrics-only', 'reset', 'dynamodb:Scan', 'dynamodb:UpdateItem']) expect(out).toContain(word);
  });
});
