import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startDynamoDbLocal, startEmbeddedDynamoDb, faults } from '../../../local/index.ts';
import { NEW_CIRCUIT, type CircuitCommand, type CircuitState } from '../../../runtime/src/circuit-breaker/state.ts';
import { openCircuitTable, type CircuitTable } from './circuit-table.ts';
import { START_MS } from './commands.ts';
import { counter, describeCircuitSyncs, UNKNOWN } from './sync-contract.ts';
import { CircuitUnderTest, claim, describeCircuitStore, settle, trip } from './store-contract.ts';

const SECONDS_PER_DAY = 86_400;
const HALF_OPEN_MS = START_MS + 60_000;

/** An engine that can be started on this machine. */
interface Engine {
  readonly title: string;
  readonly endpoint: string;
  /** Whether a failed condition brings the item back with the error, as DynamoDB does. */
  readonly returnsItem: boolean;
  close(): Promise<void>;
}

const local = await startDynamoDbLocal();
const ENGINES: readonly Engine[] = [
  { title: 'the embedded DynamoDB', returnsItem: false, ...(await startEmbeddedDynamoDb()) },
  ...(local === undefined ? [] : [{ title: "AWS's DynamoDB Local", returnsItem: true, ...local }]),
];

if (local === undefined) {
  describe("AWS's DynamoDB Local", () => {
    it('is absent: DYNAMODB_LOCAL_JAR_DIR does not name its folder or there is no Java 17', () => {
      expect(ENGINES.map(({ title }) => title)).toStrictEqual(['the embedded DynamoDB']);
    });
  });
}

for (const engine of ENGINES) {
  describe(engine.title, () => {
    let table: CircuitTable;
    let circuits = 0;
    const newCircuit = () => new CircuitUnderTest(table.store, `own${(circuits += 1)}`);

    beforeAll(async () => {
      table = await openCircuitTable(engine.endpoint);
    });

    afterEach(() => {
      table.proxy.clear();
      table.clock.advance(30_000); // over any pause of the store guard, so that a failing test fails alone
    });

    afterAll(async () => {
      await table.close();
      await engine.close();
    });

    describeCircuitStore('as a circuit store', () => Promise.resolve(table.store), 25);

    describeCircuitSyncs('a sync', () => Promise.resolve(table.store), 15);

    describe('the lost answer to a sync', () => {
      const nowMs = START_MS;

      it('never counts a report twice: it is not repeated, and its caller learns that there is no answer', async () => {
        const { name } = newCircuit();
        table.proxy.resetCounters();
        table.proxy.inject({ fault: faults.resetAfterApply(), operation: 'UpdateItem', times: 1 });
        await expect(table.store.sync(name, counter('f', 5), UNKNOWN, { nowMs })).rejects.toMatchObject({ name: 'StoreUnavailableError' });
        expect(table.proxy.counters()).toMatchObject({ appliedWrites: 1, requestsByOperation: { UpdateItem: 1 } });
        table.clock.advance(30_000);
        await expect(table.store.read(name, { nowMs })).resolves.toMatchObject({ counters: counter('f', 5) });
      });

      it('that was never made counts it not at all', async () => {
        const { name } = newCircuit();
        table.proxy.resetCounters();
        table.proxy.inject({ fault: faults.resetBeforeApply(), operation: 'UpdateItem', times: 1 });
        await expect(table.store.sync(name, counter('f', 5), UNKNOWN, { nowMs })).rejects.toMatchObject({ name: 'StoreUnavailableError' });
        expect(table.proxy.counters()).toMatchObject({ appliedWrites: 0, requestsByOperation: { UpdateItem: 1 } });
        table.clock.advance(30_000);
        await expect(table.store.read(name, { nowMs })).resolves.toStrictEqual(UNKNOWN);
      });
    });

    describe('a sync', () => {
      it('costs one request, refused or not, and keeps the item for seven days', async () => {
        const { name } = newCircuit();
        table.proxy.resetCounters();
        await table.store.sync(name, counter('c', 1), UNKNOWN, { nowMs: START_MS });
        expect(table.proxy.counters().requestsByOperation).toStrictEqual({ UpdateItem: 1 });
        const expiresAt = START_MS / 1000 + 7 * SECONDS_PER_DAY;
        await expect(table.item(name)).resolves.toMatchObject({ expiresAt: { N: String(expiresAt) } });
      });
    });

    describe('the lost answer to a write', () => {
      /** Every way to move a circuit, from the circuit in which it applies. */
      const MOVES: readonly [string, (circuit: CircuitUnderTest) => Promise<CircuitCommand>, Partial<CircuitState> & object][] = [
        ['trip', async () => trip(0), { phase: 'open' }],
        [
          'claim that makes the circuit half-open',
          async (circuit) => (await circuit.apply(trip(0), START_MS), claim('a', 1)),
          { phase: 'half_open', probes: { a: HALF_OPEN_MS + 30_000 } },
        ],
        [
          'claim of another place',
          async (circuit) => (await circuit.halfOpen('a'), claim('b', 2)),
          { phase: 'half_open', probes: { a: HALF_OPEN_MS + 30_000, b: HALF_OPEN_MS + 30_000 } },
        ],
        [
          'success that counts',
          async (circuit) => settle((await circuit.halfOpen('a', 'b')).generation, 'a', 'success'),
          { phase: 'half_open', successes: 1, probes: { b: HALF_OPEN_MS + 30_000 } },
        ],
        [
          'success that closes',
          async (circuit) => {
            const { generation } = await circuit.halfOpen('a', 'b');
            await circuit.apply(settle(generation, 'a', 'success'), HALF_OPEN_MS);
            return settle(generation, 'b', 'success');
          },
          { phase: 'closed' },
        ],
        [
          'failure that opens again',
          async (circuit) => settle((await circuit.halfOpen('a')).generation, 'a', 'failure'),
          { phase: 'open', openUntilMs: HALF_OPEN_MS + 60_000 },
        ],
        [
          'result that is ignored',
          async (circuit) => settle((await circuit.halfOpen('a')).generation, 'a', 'ignored'),
          { phase: 'half_open', probes: {}, successes: 0 },
        ],
      ];

      it.each(MOVES)('is made good, and the %s is known as accepted', async (_title, prepare, expected) => {
        const circuit = newCircuit();
        const command = await prepare(circuit);
        const nowMs = command.type === 'trip' ? START_MS : HALF_OPEN_MS;
        const previous = circuit.known;
        table.proxy.resetCounters();
        const lost = table.proxy.inject({ fault: faults.resetAfterApply(), operation: 'UpdateItem', times: 1 });

        const decision = await circuit.apply(command, nowMs);

        expect(lost.injected).toBe(1);
        expect(table.proxy.counters()).toMatchObject({ appliedWrites: 1, requestsByOperation: { UpdateItem: 2 } });
        expect(decision).toMatchObject({ accepted: true, previous, state: expected });
        await expect(circuit.read(nowMs)).resolves.toStrictEqual(decision.state);
      });

      it('does not make somebody else\'s write one\'s own', async () => {
        const circuit = newCircuit();
        table.proxy.inject({ fault: faults.resetBeforeApply(), operation: 'UpdateItem', times: 1 });
        const decisions = await Promise.all(
          [1, 2, 3].map((extra) => circuit.apply(trip(0, HALF_OPEN_MS + extra), START_MS, NEW_CIRCUIT)),
        );
        expect(decisions.filter(({ accepted }) => accepted)).toHaveLength(1);
      });
    });

    describe('the item', () => {
      it('stays under 1 KB with ten probes and the longest name, so that a write costs one unit', async () => {
        const circuit = new CircuitUnderTest(table.store, `a${'b'.repeat(63)}`);
        const ids = Array.from({ length: 10 }, (_, index) => `twelve-chr-${index}`);
        await circuit.halfOpen(...ids);
        const item = await table.item(circuit.name);
        expect(Object.keys(item?.['probes']?.M ?? {})).toHaveLength(10);
        // JSON is larger than what DynamoDB counts: names, types and punctuation come on top.
        expect(JSON.stringify(item).length).toBeLessThan(1024);
      });

      it('expires seven days after its last write, in epoch seconds', async () => {
        const circuit = newCircuit();
        await circuit.apply(trip(0), START_MS + 1);
        const expiresAt = Math.ceil((START_MS + 1) / 1000) + 7 * SECONDS_PER_DAY;
        await expect(table.item(circuit.name)).resolves.toMatchObject({ expiresAt: { N: String(expiresAt) } });
        await circuit.apply(claim('a'), HALF_OPEN_MS + 1);
        await expect(table.item(circuit.name)).resolves.toMatchObject({ expiresAt: { N: String(expiresAt + 60) } });
      });

      it('carries only the attributes of its phase', async () => {
        const circuit = newCircuit();
        const common = ['expiresAt', 'generation', 'id', 'phase', 'writer'];
        const attributes = async () => Object.keys((await table.item(circuit.name)) ?? {}).sort();
        await circuit.apply(trip(0));
        await expect(attributes()).resolves.toStrictEqual([...common, 'openUntilMs', 'opens'].sort());
        await circuit.apply(claim('a'), HALF_OPEN_MS);
        await expect(attributes()).resolves.toStrictEqual([...common, 'opens', 'probes', 'successes'].sort());
        await circuit.apply({ ...settle(HALF_OPEN_MS, 'a', 'success'), successThreshold: 1 }, HALF_OPEN_MS);
        await expect(attributes()).resolves.toStrictEqual(common);
      });

      it('may be deleted by TTL while environments remember its generation: they learn, and the next trip works', async () => {
        const circuit = newCircuit();
        const { generation } = await circuit.halfOpen('a');
        const closed = await circuit.apply({ ...settle(generation, 'a', 'success'), successThreshold: 1 }, HALF_OPEN_MS);
        await table.deleteItem(circuit.name);
        const monthLaterMs = HALF_OPEN_MS + 30 * SECONDS_PER_DAY * 1000;

        const first = await circuit.apply(trip(closed.state.generation), monthLaterMs);
        expect(first).toStrictEqual({ accepted: false, previous: NEW_CIRCUIT, state: NEW_CIRCUIT });
        const second = await circuit.apply(trip(first.state.generation), monthLaterMs);
        expect(second.accepted).toBe(true);
        // Above what anybody remembers, so that every environment follows.
        expect(second.state.generation).toBeGreaterThan(closed.state.generation);
      });

      it('that makes no sense is a circuit that nothing has happened to', async () => {
        const circuit = newCircuit();
        await table.putItem(circuit.name, { phase: { S: 'open' }, generation: { S: 'seven' } });
        await expect(circuit.read()).resolves.toStrictEqual(NEW_CIRCUIT);
      });

      it('of an open circuit without an end counts as overdue: no circuit stays open for ever (PCB-16)', async () => {
        const circuit = newCircuit();
        await table.putItem(circuit.name, { phase: { S: 'open' }, generation: { N: '7' } });
        const { accepted, previous } = await circuit.apply(claim('a'), START_MS, await circuit.read());
        expect({ accepted, previous }).toStrictEqual({ accepted: true, previous: { phase: 'open', generation: 7, openUntilMs: 0, opens: 1 } });
      });

      it('of a half-open circuit without probes has none, and can be settled by nobody', async () => {
        const circuit = newCircuit();
        await table.putItem(circuit.name, { phase: { S: 'half_open' }, generation: { N: '7' } });
        await expect(circuit.read()).resolves.toStrictEqual({ phase: 'half_open', generation: 7, probes: {}, successes: 0, opens: 1 });
        expect((await circuit.apply(settle(7, 'a', 'failure'))).accepted).toBe(false);
      });
    });

    describe('a failed condition', () => {
      const reads = engine.returnsItem ? 0 : 1;
      it(`costs ${reads === 0 ? 'no read, because the item comes with the error' : 'one consistent read'}`, async () => {
        const circuit = newCircuit();
        const { state } = await circuit.apply(trip(0));
        table.proxy.resetCounters();

        const late = await circuit.apply(trip(0, HALF_OPEN_MS + 9), START_MS, NEW_CIRCUIT);

        expect(late).toStrictEqual({ accepted: false, previous: state, state });
        expect(table.proxy.counters()).toMatchObject({ requests: 1 + reads, appliedWrites: 0 });
        expect(table.proxy.counters().requestsByOperation['GetItem'] ?? 0).toBe(reads);
      });

      it('shows a half-open circuit with its probes', async () => {
        const circuit = newCircuit();
        const { state: open } = await circuit.apply(trip(0));
        await circuit.apply(claim('a', 1), HALF_OPEN_MS);
        const full = await circuit.apply(claim('b', 1), HALF_OPEN_MS, open);
        expect(full).toMatchObject({ accepted: false, state: { phase: 'half_open', probes: { a: HALF_OPEN_MS + 30_000 }, successes: 0 } });
      });
    });

    describe('a command', () => {
      it('that the hint lets through costs one request', async () => {
        const circuit = newCircuit();
        table.proxy.resetCounters();
        await circuit.apply(trip(0));
        expect(table.proxy.counters().requestsByOperation).toStrictEqual({ UpdateItem: 1 });
      });

      it('that the hint rules out costs one consistent read and no write', async () => {
        const circuit = newCircuit();
        const { state } = await circuit.apply(trip(0));
        table.proxy.resetCounters();
        await circuit.apply(trip(0), START_MS, state);
        expect(table.proxy.counters().requestsByOperation).toStrictEqual({ GetItem: 1 });
      });

      it('that gets no answer fails with the reason, and says so once', async () => {
        table.proxy.inject({ fault: faults.resetBeforeApply() });
        const before = table.sink.events.length;
        await expect(newCircuit().apply(trip(0))).rejects.toMatchObject({ name: 'StoreUnavailableError', reason: 'unreachable' });
        expect(table.sink.events.slice(before)).toMatchObject([{ type: 'store.error', name: 'circuits', reason: 'unreachable' }]);
        table.proxy.clear();
        table.clock.advance(30_000); // over the pause of the store guard
        expect((await newCircuit().apply(trip(0))).accepted).toBe(true);
      });
    });
  });
}
