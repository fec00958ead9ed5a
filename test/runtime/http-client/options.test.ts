import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import { CLIENT_DEFAULTS, createResilientClient, resolveClientOptions, singleEndpoint, type ClientOptions } from '../../../runtime/src/http-client/index.ts';
import { MemoryBulkheadStore, MemoryCircuitStore } from '../../../runtime/src/testing/index.ts';
import { ownSources } from './sources.ts';

const LEAST: ClientOptions = { name: 'ledger', baseUrl: 'https://ledger.example/v1' };

describe('the options of a client', () => {
  it('have the defaults of the contract', () => {
    const { dependency } = CONTRACT.configuration;
    expect(resolveClientOptions(LEAST)).toMatchObject({
      timeoutMs: dependency.timeout.defaultMs,
      attemptTimeoutMs: dependency.attemptTimeout.defaultMs,
      maxResponseBytes: dependency.maxResponseBytes.default,
      propagateDeadline: dependency.propagateDeadline.default,
      staleIfErrorMs: dependency.staleIfError.defaultMs,
      onExhausted: 'return',
    });
    expect(resolveClientOptions({ ...LEAST, maxResponseBytes: undefined })).toMatchObject(CLIENT_DEFAULTS);
  });

  it('keep a zero, which is a value', () => {
    expect(resolveClientOptions({ ...LEAST, maxResponseBytes: 0, staleIfErrorMs: 0 })).toMatchObject({ maxResponseBytes: 0, staleIfErrorMs: 0 });
  });

  it.each<[string, object, RegExp]>([
    ['an option that does not exist', { retries: 3 }, /options\.retries is not an option: use one of name, timeoutMs/],
    ['no address', { baseUrl: undefined }, /options\.baseUrl is no address/],
    ['an address of another kind', { baseUrl: 'ftp://x.example' }, /options\.baseUrl has parts/],
    ['an address with a password', { baseUrl: 'https://user:hunter2@x.example' }, /options\.baseUrl has parts/],
    ['an address with a query', { baseUrl: 'https://x.example/?a=1' }, /options\.baseUrl has parts/],
    ['an address with an empty query, which would swallow every path', { baseUrl: 'https://x.example/v1?' }, /options\.baseUrl has parts/],
    ['an address with a space before it', { baseUrl: ' https://x.example' }, /options\.baseUrl has parts/],
    ['two addresses', { endpoints: singleEndpoint('https://x.example') }, /baseUrl and options\.endpoints are both set/],
    ['no source of endpoints', { baseUrl: undefined, endpoints: 'https://x.example' }, /options\.endpoints is "https:[^]*pass a list of addresses or a source/],
    ['an empty list of endpoints', { baseUrl: undefined, endpoints: [] }, /options\.endpoints is an array: pass a list of at least one/],
    ['a list beside an address', { endpoints: ['https://x.example'] }, /baseUrl and options\.endpoints are both set/],
    ['an endpoint with a password', { baseUrl: undefined, endpoints: ['https://user:hunter2@x.example'] }, /options\.endpoints\[0\] has parts that a base address cannot have/],
    ['an endpoint with a space after it', { baseUrl: undefined, endpoints: ['https://x.example '] }, /options\.endpoints\[0\] has parts/],
    ['nobody who knows the zone', { baseUrl: undefined, endpoints: ['https://x.example'], balancing: 'local-first' }, /nobody says where the function is/],
    ['nobody who knows the key', { baseUrl: undefined, endpoints: ['https://x.example'], balancing: 'consistent-hash' }, /nobody says what the key of a request is: pass hashBy/],
    ['a key that nobody can make', { hashBy: 'tenant' }, /options\.hashBy is "tenant": pass a function/],
    ['a way of choosing that is none', { balancing: 'best', slowStartMs: -1 }, /options\.balancing is "best"[^]*options\.slowStartMs is -1/],
    ['a quantile that is none', { hedgeAfterQuantile: 1 }, /options\.hedgeAfterQuantile is 1: /],
    ['a header that cannot be one', { headers: { 'a b': 'c' } }, /options\.headers cannot be sent/],
    ['a bad name of a header', { deadlineHeader: 'a b' }, /options\.deadlineHeader is "a b"/],
    ['a number out of range', { maxResponseBytes: -1 }, /options\.maxResponseBytes is -1/],
    ['a switch that is none', { streamResponses: 'yes' }, /options\.streamResponses is "yes"/],
    ['no fallback', { fallback: 'none' }, /options\.fallback is "none"/],
    ['an unknown profile', { transport: 'fast' }, /options\.transport is "fast": use one of default, production, development/],
    ['a transport option out of range', { transport: { socketsPerHost: 0, speed: 1 } }, /options\.transport\.socketsPerHost is 0[^]*options\.transport\.speed is not an option/],
    ['what becomes of the last answer', { onExhausted: 'ignore' }, /options\.onExhausted is "ignore"/],
  ])('are refused with %s', (_what, wrong, problem) => {
    const options = { ...LEAST, ...wrong };
    expect(() => createResilientClient(options, ownSources())).toThrow(problem);
    expect(() => createResilientClient(options, ownSources())).not.toThrow(/hunter2/);
  });

  it('are refused if they are none', () => {
    expect(() => createResilientClient(undefined as unknown as ClientOptions, ownSources())).toThrow(/options is undefined/);
  });
});

describe('what a client shares', () => {
  const TABLES = { [CONTRACT.environment.circuitTable.name]: 'circuits', [CONTRACT.environment.bulkheadTable.name]: 'slots' };
  const declared = (content: object) => ({ ...TABLES, [CONTRACT.environment.configuration.name]: JSON.stringify({ version: CONTRACT.version, ...content }) });

  function shared(environment: Record<string, string>, options: Partial<ClientOptions> = {}) {
    const { sink, retryBudgets } = ownSources();
    const { parts } = createResilientClient({ ...LEAST, ...options }, { sink, retryBudgets, environment }).dependency;
    expect(sink.events.map(({ type }) => type)).toContain('circuit.created');
    return [sink.events.find(({ type }) => type === 'circuit.created'), parts.bulkhead!.options].map((part) => (part as unknown as { shared: boolean }).shared);
  }

  it.each([
    ['nothing without tables', {}, {}, [false, false]],
    ['its circuit, where there is a table and nothing is declared', TABLES, {}, [true, false]],
    ['nothing that the stack leaves out', declared({ circuits: { other: {} }, bulkheads: { other: {} } }), {}, [false, false]],
    ['what the stack declares', declared({ circuits: { ledger: {} }, bulkheads: { ledger: {} } }), {}, [true, true]],
    ['nothing that code keeps to itself', TABLES, { circuit: { shared: false } }, [false, false]],
  ])('is %s', (_what, environment, options, expected) => {
    expect(shared(environment as Record<string, string>, options)).toEqual(expected);
  });

  it('has what the stack declares as its options', () => {
    const environment = declared({ circuits: { ledger: { failureThreshold: 7, shared: false } } });
    const { sink } = ownSources();
    createResilientClient(LEAST, { sink, environment });
    expect(sink.ofType('circuit.created')).toMatchObject([{ failureThreshold: 7, shared: false }]);
  });

  it('is what it is given a shared store for', () => {
    const sources = { ...ownSources(), circuitStore: new MemoryCircuitStore({ shared: true }), bulkheadStore: new MemoryBulkheadStore() };
    const { parts } = createResilientClient(LEAST, sources).dependency;
    expect(sources.sink.ofType('circuit.created')).toMatchObject([{ shared: true }]);
    expect(parts.bulkhead!.options.shared).toBe(true);
  });
});
