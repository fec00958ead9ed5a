import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { UNKNOWN_CALL, type CallContext } from '../../../runtime/src/core/call-context.ts';
import { RejectedError } from '../../../runtime/src/core/errors.ts';
import { createPermit, FREE_PERMIT, pipeline, rejectedBy, runBehind, runWithPermit, type Policy } from '../../../runtime/src/core/gate.ts';
import { ABANDONED, type Outcome } from '../../../runtime/src/core/outcome.ts';
import { deferred } from './deferred.ts';

const refusal = new RejectedError('no', { code: 'X', statusCode: 503 });

function recordedPermit() {
  const outcomes: Outcome[] = [];
  return { outcomes, permit: createPermit((outcome) => void outcomes.push(outcome)) };
}

describe('a permit', () => {
  it('takes the first settlement and ignores later ones', () => {
    const { outcomes, permit } = recordedPermit();
    void permit.settle({ kind: 'success', value: 1 });
    void permit.settle(ABANDONED);
    expect(outcomes).toEqual([{ kind: 'success', value: 1 }]);
  });

  it('stays settled while the first settlement is under way', async () => {
    const settle = jest.fn(() => Promise.resolve());
    const permit = createPermit(settle);
    const first = permit.settle(ABANDONED);
    expect(permit.settle(ABANDONED)).toBeUndefined();
    await first;
    expect(settle).toHaveBeenCalledTimes(1);
  });

  it('of a gate that is switched off costs nothing', () => {
    expect(FREE_PERMIT.settle(ABANDONED)).toBeUndefined();
  });
});

describe('runWithPermit', () => {
  it('settles success with the value and returns it', async () => {
    const { outcomes, permit } = recordedPermit();
    await expect(runWithPermit(permit, () => 'value', UNKNOWN_CALL)).resolves.toBe('value');
    expect(outcomes).toEqual([{ kind: 'success', value: 'value' }]);
  });

  it.each([['throws', () => { throw new Error('x'); }], ['rejects', () => Promise.reject(new Error('x'))]])('settles failure when the operation %s', async (_how, operation) => {
    const { outcomes, permit } = recordedPermit();
    await expect(runWithPermit(permit, operation, UNKNOWN_CALL)).rejects.toThrow('x');
    expect(outcomes).toEqual([{ kind: 'failure', error: new Error('x') }]);
  });

  it('settles a refusal further in as abandoned and passes it on (PX-10)', async () => {
    const { outcomes, permit } = recordedPermit();
    await expect(runWithPermit(permit, () => Promise.reject(refusal), UNKNOWN_CALL)).rejects.toBe(refusal);
    expect(outcomes).toEqual([ABANDONED]);
  });

  it('hands the call to the operation', async () => {
    const call: CallContext = { tenant: 'a' };
    await expect(runWithPermit(FREE_PERMIT, (given) => given, call)).resolves.toBe(call);
  });

  it.each([['success', () => 1], ['failure', () => Promise.reject(new Error('x'))]])('waits for the settlement of a %s before it answers', async (_kind, operation) => {
    const order: string[] = [];
    const settling = deferred();
    const permit = createPermit(() => settling.promise.then(() => void order.push('settled')));
    const answered = runWithPermit<unknown>(permit, operation, UNKNOWN_CALL).then(
      () => order.push('answered'),
      () => order.push('answered'),
    );
    await turn(); // whatever is not waiting has answered by now
    expect(order).toEqual([]);
    settling.resolve(undefined);
    await answered;
    expect(order).toEqual(['settled', 'answered']);
  });
});

describe('runBehind', () => {
  it('begins the operation at once where the gate answers at once', async () => {
    const trace: string[] = [];
    const gate = { name: 'gate', acquire: () => FREE_PERMIT };
    const running = runBehind(gate, () => void trace.push('begun'), UNKNOWN_CALL, rejectedBy);
    expect(trace).toEqual(['begun']);
    await running;
  });

  it('waits for a gate that has to ask', async () => {
    const { outcomes, permit } = recordedPermit();
    const gate = { name: 'gate', acquire: () => Promise.resolve(permit) };
    await expect(runBehind(gate, () => 'value', UNKNOWN_CALL, rejectedBy)).resolves.toBe('value');
    expect(outcomes).toEqual([{ kind: 'success', value: 'value' }]);
  });

  it.each([['throws', () => { throw refusal; }], ['rejects', () => Promise.reject(refusal)]])('leaves it to the policy what comes of a call for which the gate %s', async (_how, acquire) => {
    const operation = jest.fn(() => 'value');
    const call: CallContext = { tenant: 'a' };
    const onRefused = jest.fn(async (_error: unknown, _call: CallContext): Promise<unknown> => 'instead');
    await expect(runBehind({ name: 'gate', acquire }, operation, call, onRefused)).resolves.toBe('instead');
    expect(onRefused).toHaveBeenCalledWith(refusal, call);
    await expect(runBehind({ name: 'gate', acquire }, operation, call, rejectedBy)).rejects.toBe(refusal);
    expect(operation).not.toHaveBeenCalled();
  });
});

/** A policy that notes when it is entered and left, and adds its name to the tenant of the call. */
function tracing(name: string, trace: string[]): Policy {
  return {
    name,
    async execute(operation, call = UNKNOWN_CALL) {
      trace.push(`> ${name}`);
      try {
        return await operation({ ...call, tenant: `${call.tenant ?? ''}${name}` });
      } finally {
        trace.push(`< ${name}`);
      }
    },
  };
}

describe('pipeline', () => {
  it('runs the first policy outermost (PX-08)', async () => {
    const trace: string[] = [];
    const policy = pipeline(tracing('a', trace), tracing('b', trace), tracing('c', trace));
    await policy.execute(() => void trace.push('operation'));
    expect(trace).toEqual(['> a', '> b', '> c', 'operation', '< c', '< b', '< a']);
    expect(policy.name).toBe('a > b > c');
  });

  it('hands each policy the context that the one around it made', async () => {
    const policy = pipeline(tracing('a', []), tracing('b', []));
    await expect(policy.execute(({ tenant, operation }) => [tenant, operation], { tenant: '-', operation: 'GET /' })).resolves.toEqual(['-ab', 'GET /']);
    await expect(policy.execute(({ tenant }) => tenant)).resolves.toBe('ab');
  });

  it('lets the error of the operation through all policies', async () => {
    const trace: string[] = [];
    await expect(pipeline(tracing('a', trace), tracing('b', trace)).execute(() => Promise.reject(new Error('x')))).rejects.toThrow('x');
    expect(trace.slice(2)).toEqual(['< b', '< a']);
  });

  it('rejects with what is thrown before anything waits, and never throws itself', async () => {
    const thrower: Policy = { name: 'thrower', execute: () => { throw refusal; } };
    const throwing = (): never => { throw refusal; };
    await expect(pipeline(thrower).execute(() => 1)).rejects.toBe(refusal);
    await expect(pipeline().execute(throwing)).rejects.toBe(refusal);
    await expect(pipeline(tracing('a', [])).execute(throwing)).rejects.toBe(refusal);
  });

  it('is a policy itself', async () => {
    const trace: string[] = [];
    await pipeline(tracing('a', trace), pipeline(tracing('b', trace), tracing('c', trace))).execute(() => undefined);
    expect(trace.slice(0, 3)).toEqual(['> a', '> b', '> c']);
  });

  it('of nothing runs the operation with an unknown call', async () => {
    await expect(pipeline().execute((call) => call)).resolves.toBe(UNKNOWN_CALL);
  });

  it('may run an operation again: a retry further out starts at the policy below it', async () => {
    const trace: string[] = [];
    const twice: Policy = {
      name: 'twice',
      async execute(operation, call = UNKNOWN_CALL) {
        await operation(call);
        return operation(call);
      },
    };
    await pipeline(twice, tracing('b', trace)).execute(() => void trace.push('operation'));
    expect(trace).toEqual(['> b', 'operation', '< b', '> b', 'operation', '< b']);
  });
});
