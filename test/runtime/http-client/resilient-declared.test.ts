import { describe, expect, it, jest } from '@jest/globals';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import { createDependency, resilient, type DependencyOptions, type DependencySources } from '../../../runtime/src/http-client/index.ts';
import { errorOf, ownSources } from './sources.ts';

const { configuration } = CONTRACT.environment;
const LEDGER = {
  baseUrl: 'https://ledger.example.com',
  maxResponseBytes: 1000,
  timeoutMs: 3000,
  attemptTimeoutMs: 700,
  hedgeAfterQuantile: 0.95,
  retry: { maxAttempts: 5, initialDelayMs: 0, budget: 'none' },
};

/** Sources of a function whose stack declares a dependency. */
function stackOf(ledger: object, more: object = {}, variables: Readonly<Record<string, string>> = {}) {
  const document = { version: CONTRACT.version, dependencies: { ledger }, ...more };
  return { ...ownSources(), environment: { [configuration.name]: JSON.stringify(document), ...variables } };
}

const partsOf = (sources: DependencySources, options: Partial<DependencyOptions> = {}) => createDependency({ name: 'ledger', ...options }, sources).parts;

describe('a function of a dependency that the stack declares', () => {
  it('has its times, its retries and its second calls', () => {
    const { total, attempt, retry, hedge } = partsOf(stackOf(LEDGER));
    expect([total!.options.timeoutMs, attempt!.options.timeoutMs, retry!.options.maxAttempts]).toEqual([3000, 700, 5]);
    expect(hedge).toBeDefined();
  });

  it('is called as often as the stack says', async () => {
    const work = jest.fn(async () => Promise.reject(Object.assign(new Error('busy'), { statusCode: 503 })));
    await errorOf(resilient('ledger', work, {}, stackOf({ ...LEDGER, hedgeAfterQuantile: 0, circuit: false }))());
    expect(work).toHaveBeenCalledTimes(5);
  });

  it('is without what the stack switches off, and has the circuit and the bulkhead that it names', () => {
    const off = partsOf(stackOf({ baseUrl: LEDGER.baseUrl, retry: false, circuit: false, bulkhead: false }));
    expect([off.retry, off.circuit, off.bulkhead]).toEqual([undefined, undefined, undefined]);
    const named = stackOf({ baseUrl: LEDGER.baseUrl, circuit: 'ledger', bulkhead: 'ledger' }, { circuits: { ledger: { failureThreshold: 7 } }, bulkheads: { ledger: { maxConcurrent: 3, shared: false } } });
    expect(partsOf(named).bulkhead!.options.maxConcurrent).toBe(3);
    expect(named.sink.ofType('circuit.created')).toMatchObject([{ name: 'ledger', failureThreshold: 7 }]);
  });

  it('has what the code says, where it says anything', () => {
    const { total, attempt, retry, hedge } = partsOf(stackOf(LEDGER), { timeoutMs: false, attemptTimeoutMs: undefined, retry: { maxAttempts: 2 }, hedgeAfterQuantile: 0 });
    expect([total, attempt!.options.timeoutMs, retry!.options.maxAttempts, hedge]).toEqual([undefined, 700, 2, undefined]);
  });

  it('is never called twice at a time where code says that it cannot be repeated', () => {
    const { retry, hedge } = partsOf(stackOf(LEDGER), { retry: false });
    expect([retry, hedge]).toEqual([undefined, undefined]);
    expect(partsOf(stackOf(LEDGER), { retry: false, hedgeAfterQuantile: 0.9 }).hedge).toBeDefined();
  });

  it('has what the environment changes', () => {
    expect(partsOf(stackOf(LEDGER, {}, { [CONTRACT.overrides.retryMaxAttempts.name]: '4' })).retry!.options.maxAttempts).toBe(4);
  });

  it('has the defaults where another one is declared', () => {
    const { total, retry } = createDependency({ name: 'other' }, stackOf(LEDGER)).parts;
    expect([total!.options.timeoutMs, retry!.options.maxAttempts]).toEqual([30_000, 3]);
  });
});
