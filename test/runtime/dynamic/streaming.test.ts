import { executionModeStreamifyResponse } from '@middy/core/executionModeStreamifyResponse';
import coreMiddy from '@middy/core';
import { describe, expect, it } from '@jest/globals';
import { dynamicResilience } from '../../../runtime/src/dynamic/index.ts';
import { middy } from '../../../runtime/src/middy/middy.ts';
import { lambdaContext } from '../middy/gates.ts';
import { ResponseStream, withLambdaStreams } from '../middy/lambda-streams.ts';
import { requestOf } from '../resilience/world.ts';
import { dynamicWorld } from './world.ts';

withLambdaStreams();

const LIMITED = { limits: { search: { limits: [{ limit: 1, periodMs: 86_400_000 }] } } };

describe.each([{ factory: 'stock @middy/core', create: coreMiddy }, { factory: 'the exported middy', create: middy }])('a function that streams on $factory', ({ create }) => {
  it('streams answers and refusals, and follows its configuration (PR-05)', async () => {
    const { dependencies, recorded, source, clock } = dynamicWorld(LIMITED);
    source.publish(LIMITED);
    const guard = await dynamicResilience(recorded(), dependencies);
    const work = async () => ({ statusCode: 200, body: 'hello' });
    const handler = create(work as never, { executionMode: executionModeStreamifyResponse }).use(guard);
    const stream = async (): Promise<ResponseStream> => {
      const response = new ResponseStream();
      await (handler as unknown as (...args: unknown[]) => Promise<void>)(requestOf('/'), response, lambdaContext());
      return response;
    };
    expect(await stream()).toMatchObject({ text: 'hello', prelude: { statusCode: 200 } });
    source.publish({});
    clock.advance(60_000);
    expect(await stream()).toMatchObject({ prelude: { statusCode: 429 } });
    expect(await stream()).toMatchObject({ text: 'hello', prelude: { statusCode: 200 } });
  });
});
