import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, it, expect, jest } from '@jest/globals';

const MAIN = join(import.meta.dirname, 'main.ts');
const SINGLE = join(import.meta.dirname, 'scenarios', 'single.json');

// A process of its own takes a while to start on a busy machine.
jest.setTimeout(60_000);

let folder = '';

function run(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const environment = { ...process.env, NODE_OPTIONS: '' };
  return promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], { env: environment });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'simulation-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the command', () => {
  it('prints one object and writes a page that needs nothing else', async () => {
    const report = join(folder, 'new', 'single.html');
    const { stdout } = await run('--scenario', SINGLE, '--seed', '4', '--json', '--report', report);
    expect(JSON.parse(stdout)).toMatchObject({ seed: 4, transitions: expect.any(Object), openedAfterMs: [expect.any(Number)] });
    expect(JSON.parse(stdout)).not.toHaveProperty('timeline');
    const page = await readFile(report, 'utf8');
    expect(page).toContain('<svg');
    expect(page).toContain('single, seed 4');
    expect(page).not.toMatch(/<script|<link|src=/);
  });

  it('draws a rate limiter without the phases of a circuit', async () => {
    const report = join(folder, 'limit.html');
    const scenario = join(folder, 'limit.json');
    const limits = [{ limit: 5, periodMs: 1000 }];
    await writeFile(scenario, JSON.stringify({ policy: 'rate-limit', options: { limits }, fleet: { requestsPerSecond: 20 }, durationSeconds: 5 }));
    const { stdout } = await run('--scenario', scenario, '--report', report);
    expect(stdout).toMatch(/overAdmission +│ /);
    expect(stdout).not.toMatch(/transitions|openedAfterMs/);
    const page = await readFile(report, 'utf8');
    expect(page).toContain('store calls per second');
    expect(page).not.toContain('circuit as stored');
  });

  it.each([
    ['bulkhead', { maxConcurrent: 2 }, /store calls per second/],
    ['load-shedding', {}, /answered in time/],
  ])('prints what callers got under %s, and draws it', async (policy, options, drawn) => {
    const [report, file] = [join(folder, `${policy}.html`), join(folder, `${policy}.json`)];
    const call = { patienceMs: 500 };
    await writeFile(file, JSON.stringify({ policy, options, call, fleet: { environments: 5, requestsPerSecond: 20 }, durationSeconds: 5 }));
    const { stdout } = await run('--scenario', file, '--json', '--report', report);
    const figures = JSON.parse(stdout);
    for (const name of ['liveLeasesMax', 'reclaimedAfterMs', 'queueMax', 'goodput', 'shedByClass', 'p99Ms']) expect(figures).toHaveProperty(name);
    const page = await readFile(report, 'utf8');
    expect(page).toMatch(drawn);
    expect(page.includes('store calls per second')).toBe(policy === 'bulkhead');
  });

  it('prints what outbound calls came to, and draws what callers got', async () => {
    const [report, file] = [join(folder, 'dependency.html'), join(folder, 'dependency.json')];
    const faults = [{ fromSeconds: 1, toSeconds: 2 }];
    await writeFile(file, JSON.stringify({ policy: 'dependency', faults, fleet: { environments: 5, requestsPerSecond: 20 }, durationSeconds: 5 }));
    const { stdout } = await run('--scenario', file, '--json', '--report', report);
    expect(JSON.parse(stdout)).toMatchObject({ requestsPerCall: expect.any(Number), requestsPerCallInFaults: [expect.any(Number)], callsLeft: 0, timersLeft: 0 });
    const page = await readFile(report, 'utf8');
    expect(page).toMatch(/answered in time[^]*store calls per second/);
    expect(page).not.toContain('circuit as stored');
  });

  it('prints a table that says the seed', async () => {
    const { stdout } = await run('--scenario', SINGLE);
    expect(stdout).toMatch(/single .* seed 1 /);
    expect(stdout).toMatch(/storeCallsPerMillionRequests +│ +[\d,]+ /);
  });

  it('runs several seeds', async () => {
    const { stdout } = await run('--scenario', SINGLE, '--seed', '5', '--seeds', '3', '--json');
    const { seeds, median, worst, runs } = JSON.parse(stdout);
    expect(seeds).toEqual([5, 6, 7]);
    expect(runs).toHaveLength(3);
    expect(worst.requests).toBeGreaterThanOrEqual(median.requests);
  });

  it.each([
    [['--seed', 'x'], /--scenario is missing[^]*--seed is "x"/],
    [['--sceanrio', 'x'], /--sceanrio/],
    [['--scenario', 'missing.json'], /the scenario cannot be read/],
  ])('explains what is wrong with %p', async (args, message) => {
    await expect(run(...args)).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(message) });
  });
});
