import { describe, expect, it } from '@jest/globals';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import { resolveEndpointPoolOptions, ROUTING_DEFAULTS, type EndpointPoolOptions } from '../../../runtime/src/http-client/endpoint-options.ts';

const OPTIONS: EndpointPoolOptions = { name: 'orders', endpoints: ['https://a'] };
const LOCAL = { endpoints: [{ url: 'https://a', zone: 'z' }], zone: 'z' };

function problemsOf(given: unknown): readonly string[] {
  try {
    resolveEndpointPoolOptions(given as EndpointPoolOptions);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

describe('the options of a pool of endpoints', () => {
  it('have the defaults that the documentation names', () => {
    expect(ROUTING_DEFAULTS).toStrictEqual({
      balancing: 'peak-ewma', hashBalanceFactor: Infinity, zone: undefined, unhealthyThreshold: 3, healthyThreshold: 2, ejectionDurationMs: 30_000, maxEjectedShare: 0.5, slowStartMs: 10_000,
    });
    expect(resolveEndpointPoolOptions(OPTIONS)).toStrictEqual({ name: 'orders', routing: ROUTING_DEFAULTS, endpoints: [{ url: 'https://a' }] });
  });

  it('take a zero for a value, and undefined for the default (PX-14)', () => {
    const { routing } = resolveEndpointPoolOptions({ ...OPTIONS, slowStartMs: 0, maxEjectedShare: 0, healthyThreshold: undefined });
    expect(routing).toStrictEqual({ ...ROUTING_DEFAULTS, slowStartMs: 0, maxEjectedShare: 0 });
  });

  it.each([
    ['unhealthyThreshold', 1, 100, [0, 101, 1.5, '3', null, Number.NaN]],
    ['healthyThreshold', 1, 100, [0, 101, 1.5]],
    ['ejectionDurationMs', 100, 900_000, [99, 900_001]],
    ['maxEjectedShare', 0, 1, [-0.1, 1.1]],
    ['slowStartMs', 0, 900_000, [-1, 900_001]],
    ['balancing', 'round-robin', 'local-first', ['random', 5]],
    ['balancing', 'peak-ewma', 'consistent-hash', ['hash']],
    ['hashBalanceFactor', 1, Infinity, [0, 0.99, Number.NaN, '2']],
  ] as const)('keep %s within its bounds', (key, low, high, outside) => {
    for (const value of [low, high]) expect(resolveEndpointPoolOptions({ ...OPTIONS, ...LOCAL, [key]: value }).routing).toMatchObject({ [key]: value });
    for (const value of outside) expect(problemsOf({ ...OPTIONS, [key]: value })[0]).toMatch(new RegExp(`^options\\.${key} is .*: (set|use)`));
  });

  it('are refused with every problem at once, each with its remedy (PX-13)', () => {
    const endpoints = ['ftp://a', { url: 'https://b', weight: 0, zone: '', port: 1 }, 'https://b', 7];
    expect(problemsOf({ name: '1', endpoints, balancing: 'local-first', threshold: 3 })).toEqual([
      'options.threshold is not an option: use one of name, endpoints, balancing, hashBalanceFactor, zone, unhealthyThreshold, healthyThreshold, ejectionDurationMs, maxEjectedShare, slowStartMs',
      expect.stringMatching(/^options\.name is "1": use /),
      'options.balancing is "local-first", but nobody says where the function is: pass zone',
      'options.endpoints[0] has parts that a base address cannot have: set an http or https address without credentials, query and fragment',
      'options.endpoints[1].weight is 0: set a number above 0 and up to 1000',
      'options.endpoints[1].zone is "": pass a name that is not empty',
      'options.endpoints[1].port is not an option: use one of url, weight, zone',
      'options.endpoints[3] is no address: set an http or https address without credentials, query and fragment',
      'options.endpoints[2] is there before: give each address once',
    ]);
  });

  it.each([undefined, null, 'https://a', ['https://a']])('must not be %p', (options) => {
    expect(problemsOf(options)[0]).toMatch(/^options is .*: pass an object with a name and endpoints$/);
  });

  it.each([undefined, [], 'https://a'])('need a list of endpoints, not %p', (endpoints) => {
    expect(problemsOf({ name: 'orders', endpoints })[0]).toMatch(/^options\.endpoints is .*: pass a list of at least one address$/);
  });

  it('cannot go by zones that nobody gives', () => {
    expect(problemsOf({ ...OPTIONS, balancing: 'local-first', zone: 'z' })).toEqual([
      'options.balancing is "local-first", but no endpoint says where it is: give them in code, with their zones',
    ]);
    expect(problemsOf({ ...OPTIONS, endpoints: ['https://b', ...LOCAL.endpoints], balancing: 'local-first', zone: 'other' })).toEqual([]);
  });
});
