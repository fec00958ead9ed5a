import { NO_EVENTS } from '../../runtime/src/index.ts';
import { timeLoop, type Contender } from '../load-rounds.ts';
import { composed, dependency, FinalError, fired, isOpenCircuit, wrapped, type CallSettings, type Run, type Work } from './call-policies.ts';

/** Without any policy: what others are added to. */
export const BARE = 'nothing';

/** Where that would be no refusal. */
export const ERROR = 'nothing: an `Error` is made and thrown';

/** As users of cockatiel have it, with a circuit and a timeout that do the same as ours. */
export const USUAL_PEER = 'cockatiel: `aggressive`, `SamplingBreaker`';

/** The same without what ours does not do: it aborts no signal of work that has ended in time. */
export const EQUAL_PEER = 'cockatiel: the same, `abortOnReturn: false`';

/** The least that can be put together of cockatiel. */
const LEAST_PEER = 'cockatiel: `cooperative`, `ConsecutiveBreaker`, `abortOnReturn: false`';

/** What is to take no longer than those. */
export const OURS = 'resilient-lambda: `pipeline`';

/** The same and more: a time for the call with all its attempts. */
export const OUR_DEPENDENCY = 'resilient-lambda: `createDependency`';

interface Named {
  readonly name: string;
  readonly make: (settings: CallSettings) => Run;
}

const COCKATIEL: readonly Named[] = [
  { name: USUAL_PEER, make: (settings) => wrapped(settings, 'sampling', { strategy: 'aggressive', abortOnReturn: true }) },
  { name: EQUAL_PEER, make: (settings) => wrapped(settings, 'sampling', { strategy: 'aggressive', abortOnReturn: false }) },
  { name: 'cockatiel: `aggressive`, `CountBreaker`', make: (settings) => wrapped(settings, 'count', { strategy: 'aggressive', abortOnReturn: true }) },
  { name: 'cockatiel: `cooperative`, `SamplingBreaker`', make: (settings) => wrapped(settings, 'sampling', { strategy: 'cooperative', abortOnReturn: true }) },
  { name: LEAST_PEER, make: (settings) => wrapped(settings, 'consecutive', { strategy: 'cooperative', abortOnReturn: false }) },
];

const RESILIENT_LAMBDA: readonly Named[] = [
  { name: OURS, make: (settings) => composed(settings, undefined) },
  { name: `${OURS}, \`NO_EVENTS\``, make: (settings) => composed(settings, NO_EVENTS) },
  { name: OUR_DEPENDENCY, make: (settings) => dependency(settings, undefined) },
  { name: `${OUR_DEPENDENCY}, \`NO_EVENTS\``, make: (settings) => dependency(settings, NO_EVENTS) },
];

const OPOSSUM: readonly Named[] = [{ name: 'opossum, without retries', make: fired }];

const ANSWER = 7;
const FINAL = new FinalError('the same for all, so that nobody pays for it');
const BARE_RUN: Run = (work) => work();

/** Calls that are answered. */
export function answered(): Contender[] {
  return contenders([...COCKATIEL, ...OPOSSUM, ...RESILIENT_LAMBDA], { isPatient: false }, (name, run) => playing(name, run, false));
}

/** Calls that are answered, of a caller that might give up; opossum knows no callers. */
export function answeredToCallers(): Contender[] {
  const caller = new AbortController().signal;
  return contenders([...COCKATIEL, ...RESILIENT_LAMBDA], { isPatient: false }, (name, run) => playing(name, (work) => run(work, caller), false));
}

/** Calls that fail in a way that nobody tries again, under a circuit that stays closed. */
export function failed(): Contender[] {
  return contenders([...COCKATIEL, ...OPOSSUM, ...RESILIENT_LAMBDA], { isPatient: true }, (name, run) => playing(name, run, true));
}

/** Calls that a circuit refuses that is open. There is no such thing without policies: a plain error is the least. */
export function refused(): Contender[] {
  const others = contenders([...COCKATIEL, ...OPOSSUM, ...RESILIENT_LAMBDA], { isPatient: false }, refusing);
  return [refusing(ERROR, refuseAtOnce), ...others.slice(1)];
}

function contenders(named: readonly Named[], settings: CallSettings, contender: (name: string, run: Run) => Contender): Contender[] {
  return [contender(BARE, BARE_RUN), ...named.map(({ name, make }) => contender(name, make(settings)))];
}

/** The least that a refusal takes which says where it was made. */
function refuseAtOnce(): Promise<number> {
  return Promise.reject(Object.assign(new Error('refused'), { code: 'EOPENBREAKER' }));
}

/** Work whose runs are counted. */
class CountedWork {
  runs = 0;

  readonly answer: Work = async () => {
    this.runs += 1;
    return ANSWER;
  };

  readonly fail: Work = async () => {
    this.runs += 1;
    throw FINAL;
  };
}

function playing(name: string, run: Run, fails: boolean): Contender {
  return {
    name,
    play: async (calls) => {
      const counted = new CountedWork();
      const work = fails ? counted.fail : counted.answer;
      let [answers, errors] = [0, 0];
      const ns = await timeLoop(calls, async () => {
        for (let call = 0; call < calls; call += 1) {
          try {
            if ((await run(work)) === ANSWER) answers += 1;
          } catch (error) {
            if (error === FINAL) errors += 1;
          }
        }
      });
      check(name, { runs: counted.runs, answers, errors }, { runs: calls, answers: fails ? 0 : calls, errors: fails ? calls : 0 });
      // Ends the row of failures, so that the next round finds the circuit closed as well.
      if (fails) await run(counted.answer);
      return ns;
    },
  };
}

function refusing(name: string, run: Run): Contender {
  return {
    name,
    play: async (calls) => {
      const counted = new CountedWork();
      await untilRefused(name, run, counted.fail);
      counted.runs = 0;
      let errors = 0;
      const ns = await timeLoop(calls, async () => {
        for (let call = 0; call < calls; call += 1) {
          try {
            await run(counted.answer);
          } catch (error) {
            if (isOpenCircuit(error)) errors += 1;
          }
        }
      });
      check(name, { runs: counted.runs, answers: 0, errors }, { runs: 0, answers: 0, errors: calls });
      return ns;
    },
  };
}

const MOST_TRIES = 1000;

/** Opens the circuit, if it is not open yet. */
async function untilRefused(name: string, run: Run, fail: Work): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const error: unknown = await run(fail).then(() => undefined, (reason: unknown) => reason);
    if (isOpenCircuit(error)) return;
  }
  throw new Error(`${name}: the circuit does not open`);
}

interface Counts {
  readonly runs: number;
  readonly answers: number;
  readonly errors: number;
}

function check(name: string, seen: Counts, expected: Counts): void {
  const [one, other] = [JSON.stringify(seen), JSON.stringify(expected)];
  if (one !== other) throw new Error(`${name}: ${one} instead of ${other}`);
}
