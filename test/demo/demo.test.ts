import { describe, expect, it } from '@jest/globals';
import { atOnce, mostAtOnce, type BulkheadRunResult } from '../../demo/bulkhead-run.ts';
import { answerAt } from '../../demo/carrier-servers.ts';
import { renderCharts } from '../../demo/charts.ts';
import type { ClientRunResult } from '../../demo/client-run.ts';
import { callsPerRequest, hangingShare, leftAloneAfterMs, longestMs, quantileMs } from '../../demo/client-summary.ts';
import { mostWithin, type LimitRunResult } from '../../demo/limit-run.ts';
import { readOptions } from '../../demo/options.ts';
import { describeBulkheads, describeCircuits, describeClients, describeLimits } from '../../demo/progress.ts';
import type { Transition } from '../../demo/recorder.ts';
import { renderSummary, shortcomings, summaries, type DemoResult } from '../../demo/summary.ts';
import { allAtOnce, bulkheadRun, carrierCalls, circuitRun, clientRun, limitRun } from './results.ts';

const OPENED: Transition = { atMs: 5200, from: 'closed', to: 'open', environment: 3 };
const PROBED: Transition = { atMs: 8200, from: 'open', to: 'half_open', environment: 1 };
const REOPENED: Transition = { atMs: 8300, from: 'half_open', to: 'open', environment: 1 };
const CLOSED: Transition = { atMs: 11_500, from: 'half_open', to: 'closed', environment: 2 };

const GOOD: DemoResult = {
  circuits: { inMemory: circuitRun([]), shared: circuitRun([OPENED, PROBED, CLOSED]) },
  limits: { inMemory: limitRun({ admitted: 240, refused: 0, mostInOneSecond: 61, storeCalls: 0, storeWrites: 0 }), shared: limitRun() },
  bulkheads: { inMemory: bulkheadRun({ reports: allAtOnce(8), done: 162, refused: 0 }), shared: bulkheadRun() },
  clients: { plain: plainRun(), client: clientRun() },
};

/** A run of the quotes by plain fetch: a call in three hangs, and then there is no environment free. */
function plainRun(): ClientRunResult {
  const hangAtMs = [1040, 1160, 1280, 1400, 2400, 2520, 2640, 2760];
  return clientRun({ calls: carrierCalls(hangAtMs).slice(0, 75), waits: [{ atMs: 1040, durationMs: 2010 }], dropped: 25, answered: 60, storeCalls: 0 });
}

/** The good result, but for the limits. */
function withLimits(inMemory: Partial<LimitRunResult>, shared: Partial<LimitRunResult>): DemoResult {
  const { limits } = GOOD;
  return { ...GOOD, limits: { inMemory: { ...limits.inMemory, ...inMemory }, shared: { ...limits.shared, ...shared } } };
}

/** The good result, but for the bulkheads. */
function withBulkheads(inMemory: Partial<BulkheadRunResult>, shared: Partial<BulkheadRunResult>): DemoResult {
  const { bulkheads } = GOOD;
  return { ...GOOD, bulkheads: { inMemory: { ...bulkheads.inMemory, ...inMemory }, shared: { ...bulkheads.shared, ...shared } } };
}

/** The good result, but for the quotes. */
function withClients(plain: Partial<ClientRunResult>, client: Partial<ClientRunResult>): DemoResult {
  const { clients } = GOOD;
  return { ...GOOD, clients: { plain: { ...clients.plain, ...plain }, client: { ...clients.client, ...client } } };
}

/** What is shown of both runs, by what is compared. */
function shown(result: DemoResult, index: number): Record<string, readonly [string, string]> {
  const rows = summaries(result)[index]?.rows ?? [];
  return Object.fromEntries(rows.map(({ what, values }) => [what, values]));
}

describe('the command line', () => {
  it('has defaults that take about a minute', () => {
    expect(readOptions([])).toEqual({ environments: 10, seconds: 14, out: 'demo/out' });
  });

  it('takes all three options', () => {
    const args = ['--environments', '4', '--seconds', '12', '--out', 'elsewhere'];
    expect(readOptions(args)).toEqual({ environments: 4, seconds: 12, out: 'elsewhere' });
  });

  it('lists every problem at once, with the value seen and the range', () => {
    const attempt = () => readOptions(['--environments', '3', '--seconds', 'ten']);
    expect(attempt).toThrow('--environments is "3": give a whole number from 4 to 50');
    expect(attempt).toThrow('--seconds is "ten": give a whole number from 12 to 16');
  });

  it('refuses options that do not exist', () => {
    expect(() => readOptions(['--envs', '4'])).toThrow('--envs');
  });
});

describe('the verdict on the circuits', () => {
  it.each<[string, readonly Transition[], boolean]>([
    ['opened once and closed once', [OPENED, PROBED, CLOSED], true],
    ['opened once, reopened by a failed probe, closed once', [OPENED, PROBED, REOPENED, PROBED, CLOSED], true],
    ['never opened', [], false],
    ['opened and never closed', [OPENED, PROBED, REOPENED], false],
    ['opened twice', [OPENED, PROBED, CLOSED, OPENED, PROBED, CLOSED], false],
  ])('%s', (_case, transitions, verdict) => {
    const circuits = { inMemory: circuitRun([]), shared: circuitRun(transitions) };
    expect(shortcomings({ ...GOOD, circuits }).length === 0).toBe(verdict);
  });
});

describe('the verdict on the limits', () => {
  // In 4.05 s a limit of 20 per second with a burst of 20 gives 101; in the 4 s of load 100, of which 90 is nine tenths.
  it.each<[string, DemoResult, readonly string[]]>([
    ['all that the limit gives is admitted', withLimits({}, { admitted: 101 }), []],
    ['nine tenths of what it gives are admitted', withLimits({}, { admitted: 90 }), []],
    ['one more is admitted', withLimits({}, { admitted: 102 }), ['admitted 102 requests: it should have been 90 to 101']],
    ['one less is admitted', withLimits({}, { admitted: 89 }), ['admitted 89 requests: it should have been 90 to 101']],
    ['fewer were asked for, and all are admitted', withLimits({}, { requests: 80, admitted: 80 }), []],
    ['a limit in memory refuses one', withLimits({ admitted: 239 }, {}), ['admitted 239 of 240 requests']],
    ['the table did not answer in time, and it mattered', withLimits({}, { admitted: 110, decidedAlone: 7 }), ['admitted 110', '7 environments decided alone']],
    ['the table did not answer in time, and it did not matter', withLimits({}, { decidedAlone: 7 }), []],
  ])('%s', (_case, result, problems) => {
    expect(shortcomings(result)).toEqual(problems.map((problem) => expect.stringContaining(problem)));
  });
});

describe('the verdict on the bulkheads', () => {
  it.each<[string, DemoResult, readonly string[]]>([
    ['all slots are used, and never more', GOOD, []],
    ['there is one report too many', withBulkheads({}, { reports: allAtOnce(4) }), ['at most 4 reports at once: it should have been 3']],
    ['a slot is never used', withBulkheads({}, { reports: allAtOnce(2) }), ['at most 2 reports at once: it should have been 3']],
    ['a bulkhead in memory refuses one', withBulkheads({ refused: 1 }, {}), ['Bulkheads in memory refused 1 requests']],
    ['the load is too low to show anything', withBulkheads({ reports: allAtOnce(3) }, {}), ['at most 3 reports at once: there should have been more than 3']],
    ['an old request is answered', withBulkheads({}, { shed: 17 }), ['17 requests were shed: it should have been the 18']],
    ['the table did not answer in time, and it mattered', withBulkheads({}, { reports: allAtOnce(4), decidedAlone: 2 }), ['at most 4', '2 environments decided alone']],
  ])('%s', (_case, result, problems) => {
    expect(shortcomings(result)).toEqual(problems.map((problem) => expect.stringContaining(problem)));
  });
});

describe('the verdict on the client', () => {
  const wait = (durationMs: number) => ({ waits: [{ atMs: 0, durationMs }] });

  it.each<[string, DemoResult, readonly string[]]>([
    ['nearly all are answered, soon, and the endpoint is left alone', GOOD, []],
    ['five of a hundred are not answered', withClients({}, { answered: 95 }), []],
    ['six of a hundred are not answered', withClients({}, { answered: 94 }), ['94.0 % were answered: it should have been 95.0 % at least']],
    ['what finds no environment free is not up to the client', withClients({}, { dropped: 20, answered: 80 }), []],
    ['no environment is ever free', withClients({ answered: 0 }, { dropped: 100, answered: 0, calls: [] }), ['less than the 0.0 %', '0.0 % were answered: it should']],
    ['a request takes as long as it may on a busy machine', withClients({}, wait(1500)), []],
    ['a request takes longer', withClients({}, wait(1501)), ['a request took 1501 ms: its time is 1000 ms']],
    ['there are too many calls', withClients({}, { requests: 65, answered: 65 }), ['the carrier got 1.54 calls per request: it should have been 1.5 at most']],
    ['the endpoint gets calls until it recovers', withClients({}, { calls: carrierCalls([1040, 2920]) }), []],
    ['the endpoint gets a tenth of the calls until it recovers', withClients({}, { calls: carrierCalls([2760, 2920]) }), ['was not left alone']],
    ['nothing goes wrong without a client', withClients({ answered: 100 }, {}), ['By plain fetch 100.0 % were answered: it should have been less']],
    ['nothing takes long without a client', withClients(wait(1000), {}), ['By plain fetch no request took longer than 1000 ms']],
  ])('%s', (_case, result, problems) => {
    expect(shortcomings(result)).toEqual(problems.map((problem) => expect.stringContaining(problem)));
  });
});

describe('the carrier', () => {
  const HANGING = { hanging: true, hiccupShare: 0.05 };

  it.each([
    ['the first endpoint hangs', 0, HANGING, 0.01, 'hang'],
    ['the others go on', 1, HANGING, 0.05, 'quote'],
    ['the others have hiccups as before', 2, HANGING, 0.049, 'hiccup'],
    ['the first endpoint has recovered', 0, { ...HANGING, hanging: false }, 0.5, 'quote'],
    ['nothing has happened yet', 0, { hanging: false, hiccupShare: 0 }, 0, 'quote'],
  ])('%s', (_case, endpoint, weather, chance, answer) => {
    expect(answerAt(endpoint, weather, chance)).toBe(answer);
  });
});

describe('an endpoint that hangs', () => {
  it.each<[string, readonly number[], number | undefined]>([
    ['never gets a call', [], 0],
    ['gets calls at first', [1040, 1080, 1360], 360],
    ['gets one again now and then', [1040, 1080, 2000, 2800], 80],
    ['gets more again', [1040, 2000, 2040], 1040],
    ['gets its share to the end', [1040, 1160, 2600, 2720], undefined],
  ])('%s', (_case, hangAtMs, afterMs) => {
    expect(leftAloneAfterMs(clientRun({ calls: carrierCalls(hangAtMs) }))).toBe(afterMs);
  });

  it('is not left alone because there are no calls at all', () => {
    const calls = carrierCalls([1040, 1160]).filter(({ atMs }) => atMs <= 1160);
    expect(leftAloneAfterMs(clientRun({ calls }))).toBeUndefined();
  });

  it('has a share of the calls of that time alone', () => {
    expect(hangingShare(clientRun())).toBe(2 / 50);
    expect(hangingShare(clientRun({ calls: [] }))).toBe(0);
  });
});

describe('the times of requests', () => {
  const run = clientRun({ waits: [5, 1, 4, 2, 3].map((durationMs) => ({ atMs: 0, durationMs })) });

  it.each([[0.5, 3], [0.99, 5], [0.2, 1], [0, 1]])('quantile %d', (share, durationMs) => {
    expect(quantileMs(run, share)).toBe(durationMs);
  });

  it('have a longest one, which is none where there are no requests', () => {
    expect(longestMs(run)).toBe(5);
    expect(longestMs(clientRun({ waits: [] }))).toBe(0);
  });

  it('are of requests that came to an environment, and so are the calls per request', () => {
    expect(callsPerRequest(clientRun({ requests: 150, dropped: 70 }))).toBe(1.25);
  });
});

describe('reports at once', () => {
  it('are counted whenever one begins or ends', () => {
    expect(atOnce([{ fromMs: 0, toMs: 20 }, { fromMs: 10, toMs: 30 }])).toEqual([
      { atMs: 0, count: 1 },
      { atMs: 10, count: 2 },
      { atMs: 20, count: 1 },
      { atMs: 30, count: 0 },
    ]);
  });

  it('do not overlap where one ends in the millisecond in which another begins', () => {
    expect(mostAtOnce([{ fromMs: 0, toMs: 20 }, { fromMs: 20, toMs: 40 }])).toBe(1);
    expect(mostAtOnce([])).toBe(0);
  });
});

describe('the summary', () => {
  it('counts transitions and relates store calls to requests', () => {
    const circuits = {
      inMemory: circuitRun([], { storeCalls: 0, allOpenAfterMs: undefined }),
      shared: circuitRun([OPENED, PROBED, REOPENED, PROBED, CLOSED]),
    };
    expect(shown({ ...GOOD, circuits }, 0)).toMatchObject({
      'time to open, first environment': ['never', '0.20 s'],
      'time to open, all environments': ['never', '1.10 s'],
      'transitions to OPEN from closed': ['0', '1'],
      'transitions to OPEN by a failed probe': ['0', '1'],
      'transitions to CLOSED': ['0', '1'],
      'store calls per request': ['0.000', '0.120'],
    });
  });

  it('says what the limits admitted, and what that cost', () => {
    expect(shown(GOOD, 1)).toEqual({
      requests: ['240', '240'],
      admitted: ['240', '98'],
      refused: ['0', '142'],
      'most admitted in one second': ['61', '39'],
      'store calls per request': ['0.000', '0.500'],
      'of these, writes': ['0.000', '0.375'],
    });
  });

  it('says how many reports there were at once', () => {
    expect(shown(GOOD, 2)).toEqual({
      requests: ['180', '180'],
      done: ['162', '60'],
      refused: ['0', '102'],
      'shed, because they were too old': ['18', '18'],
      'most at once': ['8', '3'],
      'store calls per request': ['2.000', '2.000'],
      'of these, writes': ['1.500', '1.500'],
    });
  });

  it('says what a client is good for', () => {
    expect(shown(GOOD, 3)).toEqual({
      requests: ['100', '100'],
      'found no environment free': ['25', '0'],
      'answered with a quote': ['60.0 %', '100.0 %'],
      'time to answer, p99': ['2.01 s', '0.03 s'],
      'time to answer, longest': ['2.01 s', '0.40 s'],
      'calls to the carrier per request': ['1.00', '1.00'],
      'share of them to the endpoint that hangs': ['16.0 %', '4.0 %'],
      'time until it is left alone': ['never', '0.20 s'],
      'store calls per request': ['0.000', '0.120'],
    });
  });

  it('is four tables, each with its two ways', () => {
    const text = renderSummary(GOOD);
    expect(text.match(/│ in memory │ +shared │/g)).toHaveLength(3);
    expect(text).toMatch(/│ 10 environments, a carrier with 3 endpoints │ plain fetch │ +client │/);
    expect(text).toContain('│ 10 environments, a circuit ');
    expect(text).toContain('│ 10 environments, a limit of 20 per second ');
    expect(text).toContain('│ 10 environments, a bulkhead of 3 ');
    expect(text).toContain('┘\n\n┌');
  });
});

describe('most within a span', () => {
  it.each([
    ['nothing', [], 0],
    ['instants that are a whole span apart', [0, 1000, 2000], 1],
    ['instants that are just less than a span apart', [0, 999, 1998], 2],
    ['a burst after a pause', [0, 5000, 5001, 5002, 9000], 3],
  ])('%s', (_case, instantsMs, most) => {
    expect(mostWithin(1000, instantsMs)).toBe(most);
  });
});

describe('what is shown', () => {
  it('draws all runs into one picture', () => {
    const outage = { failFromMs: 100, failToMs: 400 };
    const circuits = { inMemory: circuitRun([], outage), shared: circuitRun([OPENED], outage) };
    const svg = renderCharts({ ...GOOD, circuits });
    expect(svg).toMatch(/^<svg /);
    expect(svg).toContain('one circuit for the fleet, shared');
    expect(svg).toContain('one limit for the fleet, shared');
    expect(svg).toContain('one bulkhead for the fleet, shared');
    for (const name of ['paid', 'environments refusing', 'store calls', 'admitted', 'limit', 'reports', 'slots', 'quotes', 'no environment free', 'longest request', 'request timeout']) {
      expect(svg).toContain(`>${name}</text>`);
    }
    expect(svg).toContain('calls through a client');
    expect(svg.match(/one endpoint hangs/g)).toHaveLength(2);
    expect(svg.match(/payments fails/g)).toHaveLength(2);
    expect(svg.match(/stroke-dasharray/g)?.length).toBeGreaterThanOrEqual(2);
  });

  it('tells the state of every environment in one line', () => {
    const progress = { weather: 'failing', elapsedMs: 6100, requestsPerSecond: 60, phases: ['closed', 'open', 'half_open'], failingCalls: 7, refused: 9, storeCalls: 3 } as const;
    expect(describeCircuits(progress)).toBe(' 6.1 s  payments failing     60 requests/s  circuits ·#?  failing calls 7  refused 9  store calls 3');
  });

  it('tells in one line what became of the reports', () => {
    const progress = { elapsedMs: 2000, requestsPerSecond: 60, done: 40, refused: 68, shed: 12, storeCalls: 90 };
    expect(describeBulkheads(progress)).toBe(' 2.0 s   60 requests/s  done 40  refused 68  shed 12  store calls 90');
  });

  it('tells in one line what became of the quotes', () => {
    const progress = { hanging: true, elapsedMs: 2000, requestsPerSecond: 60, answered: 80, failed: 5, dropped: 26, hangingCalls: 10 };
    expect(describeClients(progress)).toBe(' 2.0 s  carrier hangs   60 requests/s  answered 80  failed 5  found no environment 26  hanging calls 10');
    expect(describeClients({ ...progress, hanging: false })).toContain('carrier well ');
  });

  it('tells in one line what the limit admits', () => {
    const progress = { elapsedMs: 2000, requestsPerSecond: 60, admitted: 58, refused: 62, storeCalls: 71 };
    expect(describeLimits(progress)).toBe(' 2.0 s   60 requests/s  admitted 58  refused 62  store calls 71');
  });
});
