import { describe, expect, it } from '@jest/globals';
import { resultOf, type HealthCheck } from '../../../runtime/src/health/check.ts';

const REQUEST = { signal: new AbortController().signal, memoryLimitMb: undefined };
const resultFrom = (run: () => unknown) => resultOf({ name: 'x', run: run as HealthCheck['run'] }, REQUEST);
const FAILED = { status: 'unhealthy', reason: 'failed' };
const INVALID = { status: 'unhealthy', reason: 'invalid' };

describe('the answer of a check', () => {
  it.each<[string, unknown, object]>([
    ['nothing', undefined, { status: 'healthy' }],
    ['true', true, { status: 'healthy' }],
    ['false', false, FAILED],
    ['a status', 'degraded', { status: 'degraded' }],
    ['a status that is bad', 'unhealthy', FAILED],
    ['a result', { status: 'unhealthy', reason: 'threshold', details: { ratio: 0.5, over: true } }, { status: 'unhealthy', reason: 'threshold', details: { ratio: 0.5, over: true } }],
    ['a reason of nothing', { status: 'healthy', reason: 'failed' }, { status: 'healthy' }],
    ['a reason of its own (PHE-05)', { status: 'unhealthy', reason: 'db-7.internal refused' }, FAILED],
    ['details with text (PHE-05)', { status: 'healthy', details: { host: 'db-7.internal', rows: 3, bad: Number.NaN } }, { status: 'healthy', details: { rows: 3 } }],
    ['details that are none', { status: 'healthy', details: 'db-7.internal' }, { status: 'healthy' }],
    ['null', null, INVALID],
    ['a number', 42, INVALID],
    ['another word', 'up', INVALID],
    ['an object of something else', { rows: [] }, INVALID],
    ['an array', ['healthy'], INVALID],
    ['an object that throws when it is read', Object.defineProperty({}, 'status', { get: () => { throw new Error('x'); } }), INVALID],
  ])('%s is understood', async (_what, answer, expected) => {
    await expect(resultFrom(() => answer)).resolves.toEqual(expected);
    await expect(resultFrom(() => Promise.resolve(answer))).resolves.toEqual(expected);
  });

  it.each<[string, () => unknown]>([
    ['throws', () => { throw new Error('x'); }],
    ['rejects with something that is no error', () => ({ then: (_resolve: unknown, reject: (error: unknown) => void) => reject(null) })],
    ['rejects', () => Promise.reject(new Error('x'))],
    ['answers with something whose then throws', () => ({ then: () => { throw new Error('x'); } })],
  ])('is a failure where it %s', async (_what, run) => {
    await expect(resultFrom(run)).resolves.toEqual(FAILED);
  });

  it('has twenty figures at most', async () => {
    const details = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`figure${index}`, index]));
    const { details: kept } = await resultFrom(() => ({ status: 'healthy', details }));
    expect(Object.keys(kept!)).toHaveLength(20);
  });
});
