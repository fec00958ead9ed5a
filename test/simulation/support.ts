import type { CallContext } from '../../runtime/src/core/call-context.ts';
import { RejectedError } from '../../runtime/src/core/errors.ts';
import type { Gate, Permit } from '../../runtime/src/core/gate.ts';
import type { Outcome } from '../../runtime/src/core/outcome.ts';
import type { Environment } from './environment.ts';
import { Fleet } from './fleet.ts';
import { Ledger } from './ledger.ts';
import { resolveScenario, type Scenario } from './scenario.ts';
import { ServiceObserver } from './service-observer.ts';
import { VirtualTime } from './virtual-time.ts';

/** What a fleet of policies written for a test saw. */
export interface ObservedFleet {
  readonly ledger: Ledger;
  /** What callers got. */
  readonly service: ServiceObserver;
  /** Each call that was admitted, in order. */
  readonly calls: ObservedCall[];
  /** Each instance for which a policy was created. */
  readonly instances: { readonly index: number; readonly life: number; readonly skewMs: number }[];
}

/** One admitted call. */
export interface ObservedCall {
  readonly environment: number;
  readonly life: number;
  readonly startMs: number;
  endMs: number | undefined;
  outcome: Outcome['kind'] | undefined;
}

/** What a test's own policy does: whether it admits, and with which promises. */
export interface TestPolicy {
  /** Answers a call; `permit` admits it. */
  admit?(permit: Permit, time: VirtualTime, environment: Environment, call: CallContext): Permit | Promise<Permit>;
  /** What a settlement returns. */
  settle?(time: VirtualTime, environment: Environment): void | Promise<void>;
}

/** Runs a fleet around a policy of the test's own, to see the fleet and nothing else. */
export async function observe(scenario: Omit<Scenario, 'policy'> & Partial<Pick<Scenario, 'policy'>>, policy: TestPolicy = {}, seed = 1): Promise<ObservedFleet> {
  const resolved = resolveScenario({ policy: 'circuit-breaker', ...scenario });
  const time = new VirtualTime();
  const ledger = new Ledger(resolved.durationMs);
  const run = { scenario: resolved, seed, time, ledger };
  const seen: ObservedFleet = { ledger, service: new ServiceObserver(run), calls: [], instances: [] };
  const createGate = (environment: Environment) => {
    const { index, life, skewMs } = environment;
    seen.instances.push({ index, life, skewMs });
    return gate(environment, time, policy, seen);
  };
  await new Fleet(run, createGate, seen.service).run();
  return seen;
}

/** Waits in virtual time. */
export function wait(time: VirtualTime, durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    time.after(durationMs, () => {
      time.promisesMoved = true;
      resolve();
    });
  });
}

/** A refusal as a policy makes it. */
export function refusal(): RejectedError {
  return new RejectedError('no', { code: 'TEST', statusCode: 503 });
}

function gate(environment: Environment, time: VirtualTime, policy: TestPolicy, { calls }: ObservedFleet): Gate {
  const { index, life } = environment;
  const acquire = (context: CallContext) => {
    const call: ObservedCall = { environment: index, life, startMs: time.nowMs, endMs: undefined, outcome: undefined };
    const permit: Permit = {
      settle: ({ kind }) => {
        call.endMs = time.nowMs;
        call.outcome = kind;
        return policy.settle?.(time, environment);
      },
    };
    const answer = policy.admit?.(permit, time, environment, context) ?? permit;
    calls.push(call);
    return answer;
  };
  return { name: 'test', acquire };
}
