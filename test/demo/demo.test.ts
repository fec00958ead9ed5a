import { describe, expect, it } from '@jest/globals';
import { readOptions } from '../../demo/options.ts';
import { describeProgress } from '../../demo/progress.ts';
import { renderCharts } from '../../demo/charts.ts';
import type { RunResult } from '../../demo/load.ts';
import type { Transition } from '../../demo/recorder.ts';
import { renderSummary, succeeded, summaryRows } from '../../demo/summary.ts';
import { withoutSharing } from '../../demo/variables.ts';

const OPENED: Transition = { atMs: 5200, from: 'closed', to: 'open', environment: 3 };
const PROBED: Transition = { atMs: 8200, from: 'open', to: 'half_open', environment: 1 };
const REOPENED: Transition = { atMs: 8300, from: 'half_open', to: 'open', environment: 1 };
const CLOSED: Transition = { atMs: 11_500, from: 'half_open', to: 'closed', environment: 2 };

function run(transitions: readonly Transition[], more: Partial<RunResult> = {}): RunResult {
  const tick = { atMs: 0, requests: 15, paid: 15, failingCalls: 0, refused: 0, errors: 0, storeCalls: 3, openEnvironments: 0 };
  return {
    environments: 10,
    failFromMs: 5000,
    failToMs: 9000,
    ticks: [tick, { ...tick, atMs: 250, failingCalls: 5 }],
    transitions,
    requests: 1000,
    paid: 600,
    failingCalls: 40,
    refused: 360,
    errors: 0,
    storeCalls: 120,
    allOpenAfterMs: 1100,
    ...more,
  };
}

describe('the command line', () => {
  it('has defaults that fit into a minute', () => {
    expect(readOptions([])).toEqual({ environments: 10, seconds: 18, out: 'demo/out' });
  });

  it('takes all three options', () => {
    const args = ['--environments', '4', '--seconds', '12', '--out', 'elsewhere'];
    expect(readOptions(args)).toEqual({ environments: 4, seconds: 12, out: 'elsewhere' });
  });

  it('lists every problem at once, with the value seen and the range', () => {
    const attempt = () => readOptions(['--environments', '1', '--seconds', 'ten']);
    expect(attempt).toThrow('--environments is "1": give a whole number from 2 to 50');
    expect(attempt).toThrow('--seconds is "ten": give a whole number from 12 to 22');
  });

  it('refuses options that do not exist', () => {
    expect(() => readOptions(['--envs', '4'])).toThrow('--envs');
  });
});

describe('the verdict', () => {
  it.each<[string, readonly Transition[], boolean]>([
    ['opened once and closed once', [OPENED, PROBED, CLOSED], true],
    ['opened once, reopened by a failed probe, closed once', [OPENED, PROBED, REOPENED, PROBED, CLOSED], true],
    ['never opened', [], false],
    ['opened and never closed', [OPENED, PROBED, REOPENED], false],
    ['opened twice', [OPENED, PROBED, CLOSED, OPENED, PROBED, CLOSED], false],
  ])('%s', (_case, transitions, verdict) => {
    expect(succeeded({ inMemory: run([]), shared: run(transitions) })).toBe(verdict);
  });
});

describe('the summary', () => {
  it('counts transitions and relates store calls to requests', () => {
    const rows = summaryRows({ inMemory: run([], { storeCalls: 0, allOpenAfterMs: undefined }), shared: run([OPENED, PROBED, REOPENED, PROBED, CLOSED]) });
    const shown = Object.fromEntries(rows.map(({ what, inMemory, shared }) => [what, [inMemory, shared]]));
    expect(shown).toMatchObject({
      'time to open, first environment': ['never', '0.20 s'],
      'time to open, all environments': ['never', '1.10 s'],
      'transitions to OPEN from closed': ['0', '1'],
      'transitions to OPEN by a failed probe': ['0', '1'],
      'transitions to CLOSED': ['0', '1'],
      'store calls per request': ['0.000', '0.120'],
    });
  });

  it('is a table', () => {
    expect(renderSummary({ inMemory: run([]), shared: run([OPENED]) })).toContain('│ failing calls made ');
  });
});

describe('what is shown', () => {
  it('draws both runs into one picture', () => {
    const svg = renderCharts({ inMemory: run([OPENED]), shared: run([OPENED]) });
    expect(svg).toMatch(/^<svg /);
    expect(svg).toContain('one circuit for the fleet, shared');
  });

  it('tells the state of every environment in one line', () => {
    const progress = { weather: 'failing', elapsedMs: 6100, requestsPerSecond: 60, phases: ['closed', 'open', 'half_open'], failingCalls: 7, refused: 9, storeCalls: 3 } as const;
    expect(describeProgress(progress)).toContain('circuits ·#?  failing calls 7  refused 9  store calls 3');
  });

  it('runs the comparison with the same options, but nothing shared', () => {
    const variables = { RESILIENCE_CONFIG: '{"version":1,"circuits":{"payments":{"openDurationMs":3000}}}', OTHER: 'kept' };
    const { RESILIENCE_CONFIG = '', OTHER } = withoutSharing(variables);
    expect(JSON.parse(RESILIENCE_CONFIG)).toEqual({ version: 1, circuits: { payments: { openDurationMs: 3000, shared: false } } });
    expect(OTHER).toBe('kept');
  });
});
