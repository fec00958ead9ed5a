import { Writable } from 'node:stream';
import { afterAll, beforeAll } from '@jest/globals';

/** What a function streams its answer to. */
export class ResponseStream extends Writable {
  text = '';
  prelude: unknown;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Has the tests of a file or of a group find what Lambda puts into the global scope of every function. */
export function withLambdaStreams(): void {
  const lambda = globalThis as { awslambda?: unknown };
  beforeAll(() => {
    lambda.awslambda = {
      streamifyResponse: (handler: unknown) => handler,
      HttpResponseStream: { from: (stream: ResponseStream, prelude: unknown) => Object.assign(stream, { prelude }) },
    };
  });
  afterAll(() => {
    delete lambda.awslambda;
  });
}
