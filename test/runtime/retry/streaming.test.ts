import { Readable } from 'node:stream';
import { executionModeStreamifyResponse } from '@middy/core/executionModeStreamifyResponse';
import { describe, expect, it, jest } from '@jest/globals';
import { middy } from '../../../runtime/src/middy/middy.ts';
import { retry } from '../../../runtime/src/retry/middleware.ts';
import { HTTP_EVENT, lambdaContext } from '../middy/gates.ts';
import { ResponseStream, withLambdaStreams } from '../middy/lambda-streams.ts';
import { networkError, RetryWorld } from './world.ts';

withLambdaStreams();

async function stream(work: () => unknown): Promise<{ readonly to: ResponseStream; readonly ended: unknown }> {
  const world = new RetryWorld();
  const to = new ResponseStream();
  const handler = middy(work as never, { executionMode: executionModeStreamifyResponse, timeoutEarlyInMillis: 0 }).use(retry({ jitter: 'none', initialDelayMs: 0 }, world.dependencies) as never);
  const ended: unknown = await (handler as unknown as (...args: unknown[]) => Promise<void>)(HTTP_EVENT, to, lambdaContext(60_000)).catch((error: unknown) => error);
  return { to, ended };
}

describe('retry() in streaming mode', () => {
  it('runs the handler again until it has returned a stream, before the first byte leaves', async () => {
    const refused = Readable.from(['busy']);
    const work = jest
      .fn<() => Promise<unknown>>()
      .mockRejectedValueOnce(networkError())
      .mockResolvedValueOnce({ statusCode: 503, body: refused })
      .mockResolvedValue({ statusCode: 200, body: Readable.from(['first ', 'second']) });
    const { to, ended } = await stream(work);
    expect([ended, to.text, to.prelude]).toEqual([undefined, 'first second', { statusCode: 200 }]);
    expect(work).toHaveBeenCalledTimes(3);
    expect(refused.destroyed).toBe(true);
  });

  it('does not run it again once the stream has begun', async () => {
    async function* broken(): AsyncGenerator<string> {
      yield 'first ';
      throw networkError();
    }
    const work = jest.fn(async () => ({ statusCode: 200, body: Readable.from(broken()) }));
    const { to, ended } = await stream(work);
    expect(ended).toMatchObject({ code: 'ECONNRESET' });
    expect(to.text).toBe('first ');
    expect(work).toHaveBeenCalledTimes(1);
  });
});
