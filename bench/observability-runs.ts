import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { devNull } from 'node:os';
import { fileURLToPath } from 'node:url';
import { medianOf } from '../test/simulation/median.ts';
import { REQUEST_CASE_NAMES, type RequestCase } from './observability-cases.ts';
import { CONTENDERS, type ContenderName } from './observability-contenders.ts';
import type { WorkerAnswer, WorkerQuestion, WorkerTask } from './observability-worker.ts';

/** How requests come. */
export interface Setting {
  readonly title: string;
  readonly tracing: boolean;
  readonly inFlight: number;
}

/** What watching costs in one setting. */
export interface TimeRow {
  readonly setting: string;
  readonly name: ContenderName;
  /** Median of all rounds, in microseconds. */
  readonly microseconds: number;
  /** What it adds to bare Middy, in microseconds: the median of the differences within a round. */
  readonly addedMicroseconds: number;
  /** The same as multiples of what Powertools take: medians of the ratios within a round. */
  readonly ratio: number;
  readonly addedRatio: number;
}

/** What watching writes. */
export interface ByteRow {
  readonly requestCase: RequestCase;
  readonly name: ContenderName;
  readonly bytes: number;
  readonly lines: number;
}

const SETTINGS: readonly Setting[] = [
  { title: 'one after the other', tracing: false, inFlight: 1 },
  { title: 'one after the other, traced', tracing: true, inFlight: 1 },
  { title: '64 at once', tracing: false, inFlight: 64 },
];

// So long that the code is compiled.
const WARM_UP_ROUNDS = 60;
const NS_PER_MICROSECOND = 1000;
// A daemon that nobody runs: segments are sent all the same.
const DAEMON = '127.0.0.1:39000';

/** Takes the time of all contenders in all settings, in turn. */
export async function measureTimes(rounds: number, requests: number): Promise<TimeRow[]> {
  const rows: TimeRow[] = [];
  for (const setting of SETTINGS) rows.push(...(await measureSetting(setting, rounds, requests)));
  return rows;
}

/** Counts what all contenders write for every kind of request. */
export async function measureBytes(counted: number): Promise<ByteRow[]> {
  const rows: ByteRow[] = [];
  await withWorkers({ title: '', tracing: false, inFlight: 1 }, async (ask) => {
    for (const requestCase of REQUEST_CASE_NAMES) {
      for (const name of CONTENDERS) {
        const { bytesPerRequest = NaN, linesPerRequest = NaN } = await ask(name, { counted, requestCase });
        rows.push({ requestCase, name, bytes: bytesPerRequest, lines: linesPerRequest });
      }
    }
  });
  return rows;
}

type Ask = (name: ContenderName, question: WorkerQuestion) => Promise<WorkerAnswer>;

/** Round by round and not contender by contender, so that whatever else the machine does befalls them alike. */
async function measureSetting(setting: Setting, rounds: number, requests: number): Promise<TimeRow[]> {
  const samples = new Map<ContenderName, number[]>(CONTENDERS.map((name) => [name, []]));
  await withWorkers(setting, async (ask) => {
    for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
      // Every other round backwards, so that nobody always comes after the same one.
      for (const name of round % 2 === 0 ? CONTENDERS : CONTENDERS.toReversed()) {
        const { nsPerRequest = NaN } = await ask(name, { timed: requests });
        if (round >= 0) samples.get(name)?.push(nsPerRequest / NS_PER_MICROSECOND);
      }
    }
  });
  return CONTENDERS.map((name) => timeRow(setting.title, name, samples));
}

function timeRow(setting: string, name: ContenderName, samples: ReadonlyMap<ContenderName, readonly number[]>): TimeRow {
  const of = (contender: ContenderName): readonly number[] => samples.get(contender) ?? [];
  const [own, bare, theirs] = [of(name), of('middy'), of('powertools')];
  const perRound = (figure: (own: number, bare: number, theirs: number) => number): number =>
    medianOf(own.map((each, round) => figure(each, bare[round] ?? NaN, theirs[round] ?? NaN)));
  return {
    ...{ setting, name },
    microseconds: medianOf(own),
    addedMicroseconds: perRound((each, middy) => each - middy),
    ratio: perRound((each, _middy, powertools) => each / powertools),
    addedRatio: perRound((each, middy, powertools) => (each - middy) / (powertools - middy)),
  };
}

/** Each contender has a process of its own, as on Lambda, whose lines are written to a file that keeps nothing. */
async function withWorkers(setting: Setting, work: (ask: Ask) => Promise<void>): Promise<void> {
  const sink = await open(devNull, 'w');
  const workers = new Map(CONTENDERS.map((name) => [name, startWorker(name, setting, sink.fd)]));
  try {
    await work((name, question) => answerOf(workers.get(name), question));
  } finally {
    for (const worker of workers.values()) worker.process.kill();
    await sink.close();
  }
}

interface Worker {
  readonly process: ChildProcess;
  /** So that nobody waits for the answer of one that has failed. */
  readonly ended: AbortController;
}

function startWorker(name: ContenderName, setting: Setting, sink: number): Worker {
  const started = { process: forkWorker(name, setting, sink), ended: new AbortController() };
  started.process.once('exit', () => started.ended.abort());
  return started;
}

function forkWorker(name: ContenderName, { tracing, inFlight }: Setting, sink: number): ChildProcess {
  const task: WorkerTask = { name, tracing, inFlight };
  return fork(fileURLToPath(new URL('observability-worker.ts', import.meta.url)), [JSON.stringify(task)], {
    stdio: ['ignore', sink, sink, 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: {
      ...process.env,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_NAME: 'checkout-orders',
      AWS_REGION: 'us-east-2',
      LAMBDA_TASK_ROOT: '/var/task',
      AWS_XRAY_DAEMON_ADDRESS: DAEMON,
      _HANDLER: 'index.handler',
      ...(inFlight > 1 && { AWS_LAMBDA_MAX_CONCURRENCY: String(inFlight) }),
    },
  });
}

async function answerOf(worker: Worker | undefined, question: WorkerQuestion): Promise<WorkerAnswer> {
  if (worker === undefined) throw new Error('there is no such contender');
  const answered = once(worker.process, 'message', { signal: worker.ended.signal });
  worker.process.send(question);
  return ((await answered) as [WorkerAnswer])[0];
}
