import { describe, expect, it } from '@jest/globals';
import { CircuitOpenError } from '../../../runtime/src/circuit-breaker/errors.ts';
import { ConfigurationError, RejectedError, ResilienceError } from '../../../runtime/src/core/errors.ts';
import { httpAnswer, isHttpEvent } from '../../../runtime/src/middy/http.ts';

const REST = { resource: '/', path: '/', httpMethod: 'GET', headers: {}, multiValueHeaders: {}, requestContext: { apiId: 'a', stage: 'prod' } };
const HTTP_API = { version: '2.0', rawPath: '/', headers: {}, requestContext: { apiId: 'a', http: { method: 'GET', path: '/' } } };
const FUNCTION_URL = { version: '2.0', rawPath: '/', headers: {}, requestContext: { domainName: 'x.lambda-url.eu-west-1.on.aws', http: { method: 'GET', path: '/' } } };
const ALB = { httpMethod: 'GET', path: '/', headers: {}, requestContext: { elb: { targetGroupArn: 'arn' } } };
const ALB_MULTI_VALUE = { httpMethod: 'GET', path: '/', multiValueHeaders: {}, requestContext: { elb: { targetGroupArn: 'arn' } } };
const LATTICE_1 = { raw_path: '/', method: 'GET', headers: {}, body: '', is_base64_encoded: false };
const LATTICE_2 = { version: '2.0', path: '/', method: 'GET', headers: {}, requestContext: { serviceNetworkArn: 'arn', serviceArn: 'arn' } };

describe('HTTP events', () => {
  it.each([
    ['API Gateway REST', REST],
    ['API Gateway HTTP', HTTP_API],
    ['a function URL', FUNCTION_URL],
    ['ALB', ALB],
    ['ALB with multi-value headers', ALB_MULTI_VALUE],
    ['VPC Lattice, version 1', LATTICE_1],
    ['VPC Lattice, version 2', LATTICE_2],
  ])('%s', (_source, event) => {
    expect(isHttpEvent(event)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['SQS', { Records: [{ eventSource: 'aws:sqs', body: '{}' }] }],
    ['SNS', { Records: [{ EventSource: 'aws:sns', Sns: {} }] }],
    ['EventBridge', { version: '0', 'detail-type': 'x', source: 'aws.events', detail: { requestContext: { http: {} } } }],
    ['Step Functions, with a field called httpMethod', { httpMethod: 'GET' }],
    ['a destination record, which has a requestContext too', { version: '1.0', requestContext: { requestId: 'x', condition: 'RetriesExhausted' }, requestPayload: {} }],
    ['a WebSocket message', { requestContext: { connectionId: 'x', routeKey: '$default' } }],
    ['a requestContext that is null', { httpMethod: 'GET', requestContext: null }],
    ['a requestContext that is text', { httpMethod: 'GET', requestContext: 'http' }],
    ['a Lambda authorizer', { type: 'REQUEST', methodArn: 'arn', httpMethod: 'GET', path: '/', requestContext: { apiId: 'a' } }],
    ['a Lambda authorizer of an HTTP API', { version: '2.0', type: 'REQUEST', routeArn: 'arn', requestContext: { http: { method: 'GET' } } }],
    ['null', null],
    ['undefined', undefined],
    ['text', 'GET / HTTP/1.1'],
    ['a number', 7],
    ['an array', [1]],
  ])('are not: %s', (_source, event) => {
    expect(isHttpEvent(event)).toBe(false);
  });
});

describe('the answer to an open circuit', () => {
  it('is status, Retry-After and body as documented', () => {
    const answer = httpAnswer(new CircuitOpenError('payments', 1500), HTTP_API);
    expect({ ...answer, body: JSON.parse(answer.body) as unknown }).toEqual({
      statusCode: 503,
      statusDescription: '503 Service Unavailable',
      headers: { 'Content-Type': 'application/json', 'Retry-After': '2' },
      isBase64Encoded: false,
      body: {
        error: 'Service Unavailable',
        message: 'payments is not called at the moment: its circuit is open',
        code: 'CIRCUIT_OPEN',
        service: 'payments',
        retry_after: 2,
      },
    });
  });

  it.each([1, 999, 1000, 1001, 59_999])('says the same in header and body, never 0: %d ms (PRL-07, PCB-10)', (retryAfterMs) => {
    const { headers, body } = httpAnswer(new CircuitOpenError('payments', retryAfterMs), HTTP_API);
    const { retry_after: seconds } = JSON.parse(body) as { retry_after: number };
    expect(headers['Retry-After']).toBe(String(seconds));
    expect(seconds).toBe(Math.ceil(retryAfterMs / 1000));
  });
});

describe('the answer to any error of the library', () => {
  it.each([[408, 'Request Timeout'], [429, 'Too Many Requests'], [500, 'Internal Server Error'], [502, 'Bad Gateway'], [503, 'Service Unavailable'], [504, 'Gateway Timeout'], [418, 'Error']])(
    '%d is called %s',
    (statusCode, phrase) => {
      const answer = httpAnswer(new RejectedError('x', { code: 'X', statusCode }), HTTP_API);
      expect(answer).toMatchObject({ statusCode, statusDescription: `${statusCode} ${phrase}` });
      expect(JSON.parse(answer.body)).toEqual({ error: phrase, message: 'x', code: 'X' });
    },
  );

  it('has no Retry-After where waiting does not help', () => {
    const answer = httpAnswer(new RejectedError('x', { code: 'X', statusCode: 504, publicFields: { timeout_ms: 50 } }), HTTP_API);
    expect(answer.headers).toEqual({ 'Content-Type': 'application/json' });
    expect(JSON.parse(answer.body)).toEqual({ error: 'Gateway Timeout', message: 'x', code: 'X', timeout_ms: 50 });
  });

  it('leaks neither cause nor stack nor fields of a subclass (PHE-05)', () => {
    class InternalError extends ResilienceError {
      readonly table = 'secret-table';
    }
    const cause = new Error('secret-cause');
    const answer = httpAnswer(new InternalError('x', { code: 'X', statusCode: 500, cause }), HTTP_API);
    expect(JSON.stringify(answer)).not.toMatch(/secret|\.ts|stack/);
  });

  it('does not show the problems of a configuration', () => {
    const answer = httpAnswer(new ConfigurationError('secret', ['secret']), HTTP_API);
    expect(JSON.parse(answer.body)).toEqual({ error: 'Internal Server Error', message: 'Internal Server Error', code: 'INVALID_CONFIGURATION' });
  });
});

describe('multi-value headers', () => {
  const error = new CircuitOpenError('payments', 1000);

  it('are added for an ALB that sends them, because it reads no others', () => {
    const { headers, multiValueHeaders } = httpAnswer(error, ALB_MULTI_VALUE);
    expect(multiValueHeaders).toEqual({ 'Content-Type': ['application/json'], 'Retry-After': ['1'] });
    expect(headers).toEqual({ 'Content-Type': 'application/json', 'Retry-After': '1' });
  });

  it.each<[string, unknown]>([['an ALB without them', ALB], ['API Gateway REST', REST], ['API Gateway HTTP', HTTP_API], ['VPC Lattice', LATTICE_1], ['no event at all', undefined], ['null', null]])(
    'are not added for %s',
    (_source, event) => {
      expect(httpAnswer(error, event)).not.toHaveProperty('multiValueHeaders');
    },
  );
});
