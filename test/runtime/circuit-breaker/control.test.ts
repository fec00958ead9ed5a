import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startEmbeddedDynamoDb } from '../../../local/index.ts';
import { controlled, decideUnlessControlled, isCircuitControl } from '../../../runtime/src/circuit-breaker/control.ts';
import { counterName, spanAt } from '../../../runtime/src/circuit-breaker/evidence.ts';
import { MemoryCircuitStore } from '../../../runtime/src/circuit-breaker/memory-store.ts';
import { NEW_CIRCUIT, type TripCommand } from '../../../runtime/src/circuit-breaker/state.ts';
import type { CircuitStore, FleetPicture } from '../../../runtime/src/circuit-breaker/store.ts';
import { openCircuitTable, type CircuitTable } from './circuit-table.ts';

const NOW_MS = 1_700_000_000_000;
const AT = { nowMs: NOW_MS };
const REPORT = { [counterName('C', spanAt('C', NOW_MS))]: 10, [counterName('F', spanAt('F', NOW_MS))]: 4 };
const NOTHING: FleetPicture = { state: NEW_CIRCUIT, counters: {}, control: undefined };
const trip = (generation: number): TripCommand => ({ type: 'trip', generation, openUntilMs: NOW_MS + 60_000 });

const engine = await startEmbeddedDynamoDb();
let table: CircuitTable;
const memory = new MemoryCircuitStore({ shared: true });

beforeAll(async () => {
  table = await openCircuitTable(engine.endpoint);
});

afterAll(async () => {
  await table.close();
  await engine.close();
});

const STORES: readonly [title: string, store: () => CircuitStore][] = [
  ['the memory of a process', () => memory],
  ['the embedded DynamoDB', () => table.store],
];

describe('the control of an operator', () => {
  it.each([
    ['force_open', 'forced_open'],
    ['force_closed', 'forced_closed'],
    ['metrics_only', 'metrics_only'],
    ['reset', undefined],
  ] as const)('%s begins a new generation under %s', (action, control) => {
    expect(controlled(NEW_CIRCUIT, action, NOW_MS)).toStrictEqual({ state: { phase: 'closed', generation: NOW_MS }, control });
    const later = { phase: 'closed', generation: NOW_MS + 5 } as const;
    expect(controlled(later, action, NOW_MS).state.generation).toBe(NOW_MS + 6);
  });

  it('refuses every command while it lasts', () => {
    const state = { phase: 'closed', generation: 7 } as const;
    expect(decideUnlessControlled({ state, control: 'metrics_only' }, trip(7), NOW_MS)).toStrictEqual({ accepted: false, previous: state, state });
    expect(decideUnlessControlled({ state, control: undefined }, trip(7), NOW_MS).accepted).toBe(true);
  });

  it('is told from other values', () => {
    expect(['forced_open', 'forced_closed', 'metrics_only', 'reset', undefined, 1].map(isCircuitControl)).toEqual([true, true, true, false, false, false]);
  });
});

describe.each(STORES)('control in %s', (_title, open) => {
  let circuits = 0;
  const newCircuit = () => `controlled${(circuits += 1)}`;

  it('of a circuit that nothing has happened to creates it', async () => {
    const name = newCircuit();
    const picture: FleetPicture = { state: { phase: 'closed', generation: NOW_MS }, counters: {}, control: 'forced_open' };
    await expect(open().control(name, 'force_open', AT)).resolves.toStrictEqual(picture);
    await expect(open().read(name, AT)).resolves.toStrictEqual(picture);
  });

  it('forces an open circuit open all the same, and again (PCB-18)', async () => {
    const [store, name] = [open(), newCircuit()];
    const { state: opened } = await store.apply(name, trip(0), NEW_CIRCUIT, AT);
    const first = await store.control(name, 'force_open', AT);
    expect(first).toStrictEqual({ state: { phase: 'closed', generation: opened.generation + 1 }, counters: {}, control: 'forced_open' });
    const second = await store.control(name, 'force_open', { nowMs: NOW_MS + 1000 });
    expect(second).toStrictEqual({ ...first, state: { phase: 'closed', generation: NOW_MS + 1000 } });
  });

  it('leaves nothing of a half-open circuit behind', async () => {
    const [store, name] = [open(), newCircuit()];
    const { state } = await store.apply(name, { ...trip(0), openUntilMs: NOW_MS }, NEW_CIRCUIT, AT);
    const claim = { type: 'claim_probe', leaseId: 'a', leaseUntilMs: NOW_MS + 1000, maxProbes: 1, roundMs: 60_000 } as const;
    const claimed = await store.apply(name, claim, state, AT);
    await store.control(name, 'reset', AT);
    const settle = { type: 'settle_probe', leaseId: 'a', result: 'failure', successThreshold: 1, openUntilMs: NOW_MS + 1 } as const;
    const { generation } = claimed.state;
    expect((await store.apply(name, { ...settle, generation }, claimed.state, AT)).accepted).toBe(false);
    await expect(store.read(name, AT)).resolves.toStrictEqual({ ...NOTHING, state: { phase: 'closed', generation: generation + 1 } });
  });

  it('resets a closed circuit: forgets what was counted, and reports that were gathered before (PCB-18)', async () => {
    const [store, name] = [open(), newCircuit()];
    const counted = await store.sync(name, REPORT, NOTHING, AT);
    expect(counted.counters).toEqual(REPORT);
    const reset = await store.control(name, 'reset', AT);
    expect(reset).toStrictEqual({ ...NOTHING, state: { phase: 'closed', generation: NOW_MS } });
    await expect(store.sync(name, REPORT, counted, AT)).resolves.toStrictEqual(reset);
    expect((await store.apply(name, trip(0), NEW_CIRCUIT, AT)).accepted).toBe(false);
    expect((await store.sync(name, REPORT, reset, AT)).counters).toEqual(REPORT);
  });

  it.each(['force_open', 'force_closed', 'metrics_only'] as const)('%s: nothing moves the circuit, reports are counted', async (action) => {
    const [store, name] = [open(), newCircuit()];
    const forced = await store.control(name, action, AT);
    const refused = { accepted: false, previous: forced.state, state: forced.state };
    await expect(store.apply(name, trip(NOW_MS), forced.state, AT)).resolves.toStrictEqual(refused);
    await expect(store.sync(name, REPORT, forced, AT)).resolves.toStrictEqual({ ...forced, counters: REPORT });
    // One that knows the generation and not its control learns it, and changes nothing.
    const unaware = await store.sync(name, REPORT, { ...forced, control: undefined }, AT);
    expect(unaware).toStrictEqual({ ...forced, counters: REPORT });
    await expect(store.sync(name, {}, forced, AT)).resolves.toStrictEqual({ ...forced, counters: REPORT });
  });

  it('gives the circuit back to the automatic with a reset', async () => {
    const [store, name] = [open(), newCircuit()];
    const forced = await store.control(name, 'force_closed', AT);
    const { state, control } = await store.control(name, 'reset', AT);
    expect({ state, control }).toEqual({ state: { phase: 'closed', generation: forced.state.generation + 1 }, control: undefined });
    expect((await store.apply(name, trip(state.generation), state, AT)).accepted).toBe(true);
  });

  it('wins over commands of the same moment, whoever comes first', async () => {
    const [store, name] = [open(), newCircuit()];
    const { state: start } = await store.control(name, 'reset', AT);
    const [forced, ...trips] = await Promise.all([
      store.control(name, 'force_open', AT),
      ...[1, 2, 3].map(() => store.apply(name, trip(start.generation), start, AT)),
    ]);
    expect(trips.filter(({ accepted }) => accepted).length).toBeLessThanOrEqual(1);
    expect(forced.control).toBe('forced_open');
    expect(forced.state.generation).toBeGreaterThan(start.generation);
    await expect(store.read(name, AT)).resolves.toStrictEqual(forced);
    // Who knows the circuit as it was before is refused.
    for (const { state } of trips) expect((await store.apply(name, trip(state.generation), state, AT)).accepted).toBe(false);
  });

  it('of several operators at once: every one is done, each in a generation of its own', async () => {
    const [store, name] = [open(), newCircuit()];
    const pictures = await Promise.all((['force_open', 'force_closed', 'reset'] as const).map((action) => store.control(name, action, AT)));
    expect(new Set(pictures.map(({ state }) => state.generation)).size).toBe(3);
    const latest = pictures.reduce((one, other) => (other.state.generation > one.state.generation ? other : one));
    await expect(store.read(name, AT)).resolves.toStrictEqual(latest);
  });
});

describe('the item of a controlled circuit', () => {
  it('has no end while it is controlled, whoever writes to it, and one again after a reset', async () => {
    const { store } = table;
    await store.sync('ends', REPORT, NOTHING, AT);
    expect(await table.item('ends')).toHaveProperty('expiresAt');
    const forced = await store.control('ends', 'metrics_only', AT);
    expect(await table.item('ends')).not.toHaveProperty('expiresAt');
    await store.sync('ends', REPORT, forced, AT);
    await store.sync('ends', REPORT, { ...forced, control: undefined }, AT);
    await store.apply('ends', trip(NOW_MS), forced.state, AT);
    expect(await table.item('ends')).not.toHaveProperty('expiresAt');
    await store.control('ends', 'reset', AT);
    const item = await table.item('ends');
    expect(Object.keys(item ?? {}).sort()).toEqual(['expiresAt', 'generation', 'id', 'phase', 'writer']);
  });

  it('with a control that this release does not know is not moved', async () => {
    await table.putItem('tomorrow', { phase: { S: 'closed' }, generation: { N: '5' }, control: { S: 'of_tomorrow' } });
    const { state, control } = await table.store.read('tomorrow', AT);
    expect(control).toBeUndefined();
    expect((await table.store.apply('tomorrow', trip(5), state, AT)).accepted).toBe(false);
    expect((await table.store.control('tomorrow', 'reset', AT)).state.generation).toBe(NOW_MS);
    expect(await table.item('tomorrow')).not.toHaveProperty('control');
  });
});
