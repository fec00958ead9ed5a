import { describe, it, expect } from '@jest/globals';
import type { StoreUnavailableError } from '../../runtime/src/core/store-unavailable.ts';
import { Environment, EnvironmentClock } from './environment.ts';
import { RandomStream } from './random-streams.ts';
import { resolveScenario, type Scenario } from './scenario.ts';
import { StoreTraffic, type StoreCall } from './store-traffic.ts';
import { EVENTS, VirtualTime } from './virtual-time.ts';

interface Answer {
  readonly atMs: number;
  readonly answer: string;
}

/** One environment that is at work, and a store that counts what it carries out. */
function connected(store: NonNullable<Scenario['store']>) {
  const time = new VirtualTime();
  const environment = new Environment(0, 0);
  environment.requests = 1;
  const scenario = resolveScenario({ policy: 'circuit-breaker', call: { jitter: 0 }, store });
  const seen = { carriedOut: 0, repeated: 0, arriving: 0, late: 0, reasons: [] as string[] };
  const settings = { takes: true };
  const traffic = new StoreTraffic(time, scenario, new RandomStream(1), {
    takes: () => settings.takes,
    carriedOut: (_call, _answer, arrives) => {
      seen.carriedOut += 1;
      if (arrives) seen.arriving += 1;
    },
    repeated: () => {
      seen.repeated += 1;
    },
    failed: (reason) => seen.reasons.push(reason),
    cameLate: () => {
      seen.late += 1;
    },
  });
  const send = traffic.connect({ environment, clock: new EnvironmentClock(time, 0), random: new RandomStream(2) });
  const answers: Answer[] = [];
  const ask = (method = 'apply', call: StoreCall = { access: 'write', method, args: ['name'], ask: () => Promise.resolve('answer') }) => {
    const record = (answer: string) => answers.push({ atMs: time.nowMs, answer });
    send(call).then((answer) => record(String(answer)), (error: unknown) => record((error as StoreUnavailableError).reason));
  };
  return { time, environment, seen, ask, answers, settings };
}

async function run(time: VirtualTime): Promise<void> {
  await time.letPromisesRun();
  for (let event = time.advance(); event !== undefined; event = time.advance()) {
    if (event.kind === EVENTS.callback) time.run(event.subject);
    await time.letPromisesRun();
  }
}

describe('the way to the store', () => {
  it('takes its time', async () => {
    const { time, ask, answers, seen } = connected({ latencyMs: 8 });
    ask();
    await run(time);
    expect(answers).toEqual([{ atMs: 8, answer: 'answer' }]);
    expect(seen).toEqual({ carriedOut: 1, repeated: 0, arriving: 1, late: 0, reasons: [] });
  });

  it.each([
    ['lost replies: carried out, but not answered', { lostReplyRate: 1 }, { atMs: 4, answer: 'unreachable' }, 1],
    ['throttling: refused by the store', { throttleRate: 1 }, { atMs: 4, answer: 'throttled' }, 0],
    ['outages: no answer in time', { outages: [{ fromSeconds: 0, toSeconds: 1 }] }, { atMs: 300, answer: 'timeout' }, 0],
    ['a store too slow: carried out after the time is up', { latencyMs: 1000 }, { atMs: 300, answer: 'timeout' }, 1],
  ] as const)('knows %s', async (_what, store, answer, carriedOut) => {
    const { time, ask, answers, seen } = connected(store);
    ask();
    await run(time);
    expect(answers).toEqual([answer]);
    expect(seen).toMatchObject({ carriedOut, arriving: 0, reasons: [answer.answer] });
  });

  it('repeats a command whose answer was lost, once, and nothing else', async () => {
    const many = (method: string) => {
      const world = connected({ lostReplyRate: 0.1 });
      for (let count = 0; count < 500; count += 1) world.time.after(count * 60_000, () => world.ask(method));
      return world;
    };
    const command = many('apply');
    await run(command.time);
    expect(command.seen.carriedOut).toBe(500);
    expect(command.seen.repeated).toBeGreaterThan(25);
    expect(command.seen.reasons.length).toBeLessThan(15);
    const { atMs } = command.answers.find(({ atMs: instant }) => instant % 60_000 > 4)!;
    expect(atMs % 60_000).toBe(8);

    const report = many('sync');
    await run(report.time);
    expect(report.seen.repeated).toBe(0);
    expect(report.seen.reasons.length).toBeGreaterThan(25);
  });

  it('sends a repeat of its own where there is one, whose answer may be lost as well', async () => {
    const world = connected({ latencyMs: 8, lostReplyRate: 0.3 });
    let [first, again] = [0, 0];
    const repeat = async () => `repeat ${(again += 1)}`;
    const request = { access: 'write', method: 'take', args: ['name'], ask: async () => `first ${(first += 1)}`, repeat } as const;
    for (let count = 0; count < 300; count += 1) world.time.after(count * 60_000, () => world.ask('take', request));
    await run(world.time);
    expect(first).toBe(300);
    expect(again).toBeGreaterThan(60);
    expect(world.seen.repeated).toBe(again);
    const repeated = world.answers.filter(({ answer }) => answer.startsWith('repeat'));
    expect(repeated.length + world.seen.reasons.length).toBe(again);
    expect(world.seen.reasons.length).toBeGreaterThan(10);
    expect(new Set(repeated.map(({ atMs }) => atMs % 60_000))).toEqual(new Set([16]));
  });

  it('is throttled by a store that takes no more, which carries nothing out', async () => {
    const { time, ask, answers, seen, settings } = connected({});
    settings.takes = false;
    ask();
    await run(time);
    expect(answers).toEqual([{ atMs: 4, answer: 'throttled' }]);
    expect(seen).toMatchObject({ carriedOut: 0, reasons: ['throttled'] });
  });

  it('is closed by the guard for a while after a failure', async () => {
    const { time, ask, answers } = connected({ outages: [{ fromSeconds: 0, toSeconds: 0.1 }] });
    ask();
    time.after(350, () => ask());
    time.after(1000, () => ask());
    await run(time);
    expect(answers).toEqual([
      { atMs: 300, answer: 'timeout' },
      { atMs: 350, answer: 'paused' },
      { atMs: 1004, answer: 'answer' },
    ]);
  });

  it('keeps an answer for an environment that is idle until its next request, and says so', async () => {
    const { time, environment, ask, answers, seen } = connected({});
    ask();
    environment.requests = 0;
    await run(time);
    expect(answers).toEqual([]);
    expect(seen.late).toBe(1);
    expect(environment.release()).toBe(true);
    await run(time);
    expect(answers).toHaveLength(1);
  });

  it('delivers to a frozen environment when it thaws, and never to one that has crashed', async () => {
    const frozen = connected({});
    frozen.environment.frozenUntilMs = 5000;
    frozen.ask();
    await run(frozen.time);
    expect(frozen.answers).toEqual([{ atMs: 5000, answer: 'answer' }]);

    const crashed = connected({});
    crashed.ask();
    crashed.environment.replace();
    await run(crashed.time);
    expect(crashed.answers).toEqual([]);
    expect(crashed.seen.carriedOut).toBe(1);
  });
});
