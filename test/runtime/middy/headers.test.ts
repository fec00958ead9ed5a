import { describe, expect, it } from '@jest/globals';
import { withHeaders } from '../../../runtime/src/middy/headers.ts';
import { HTTP_EVENT } from './gates.ts';

const ALB_MULTI_VALUE = { httpMethod: 'GET', path: '/', multiValueHeaders: {}, requestContext: { elb: { targetGroupArn: 'arn' } } };
const ADDED = { 'X-A': '1', 'X-B': '2' };

describe('headers added to an answer', () => {
  it('stand beside its own, on a copy', () => {
    const response = Object.freeze({ statusCode: 200, headers: Object.freeze({ 'Content-Type': 'text/plain' }), body: 'hello' });
    expect(withHeaders(response, ADDED, HTTP_EVENT)).toEqual({ statusCode: 200, headers: { 'Content-Type': 'text/plain', ...ADDED }, body: 'hello' });
    expect(response.headers).toEqual({ 'Content-Type': 'text/plain' });
  });

  it.each([undefined, null])('need none there before: %s', (headers) => {
    expect(withHeaders({ statusCode: 200, headers }, ADDED, HTTP_EVENT)).toEqual({ statusCode: 200, headers: ADDED });
  });

  it('leave the same header of the user as it is, in whatever case and form', () => {
    expect(withHeaders({ statusCode: 200, headers: { 'x-a': 'mine' } }, ADDED, HTTP_EVENT)).toEqual({ statusCode: 200, headers: { 'x-a': 'mine', 'X-B': '2' } });
    expect(withHeaders({ statusCode: 200, multiValueHeaders: { 'x-a': ['mine'] } }, ADDED, HTTP_EVENT)).toEqual({
      statusCode: 200,
      headers: { 'X-B': '2' },
      multiValueHeaders: { 'x-a': ['mine'] },
    });
  });

  it('may take the place of what was added before, as long as nobody has changed it', () => {
    const once = withHeaders({ statusCode: 200 }, ADDED, HTTP_EVENT);
    expect(withHeaders(once, { 'X-A': '9' }, HTTP_EVENT, ADDED)).toEqual({ statusCode: 200, headers: { 'X-A': '9', 'X-B': '2' } });
    const changed = { statusCode: 200, headers: { 'X-A': 'mine' } };
    expect(withHeaders(changed, { 'X-A': '9' }, HTTP_EVENT, ADDED)).toBe(changed);
  });

  it('reach an ALB that reads multi-value headers only, and lose none of the others', () => {
    expect(withHeaders({ statusCode: 200, multiValueHeaders: { 'Set-Cookie': ['a', 'b'] } }, { 'X-A': '1' }, ALB_MULTI_VALUE)).toMatchObject({
      multiValueHeaders: { 'Set-Cookie': ['a', 'b'], 'X-A': ['1'] },
    });
    expect(withHeaders({ statusCode: 200, headers: { Age: 7 } }, { 'X-A': '1' }, ALB_MULTI_VALUE)).toMatchObject({
      headers: { Age: 7, 'X-A': '1' },
      multiValueHeaders: { Age: ['7'], 'X-A': ['1'] },
    });
    const twice = withHeaders(withHeaders({ statusCode: 200 }, { 'X-A': '1' }, ALB_MULTI_VALUE), { 'X-A': '2' }, ALB_MULTI_VALUE, { 'X-A': '1' });
    expect(twice).toMatchObject({ headers: { 'X-A': '2' }, multiValueHeaders: { 'X-A': ['2'] } });
  });

  it.each<[string, unknown]>([
    ['text', 'hello'],
    ['nothing', undefined],
    ['null', null],
    ['a bare body, as HTTP APIs accept it', { orders: [] }],
    ['a bare body that has headers', { headers: { a: 1 } }],
    ['a list', [1]],
    ['an answer that renders itself', { statusCode: 200, toJSON: () => ({}) }],
  ])('are not added to %s', (_case, response) => {
    expect(withHeaders(response, ADDED, HTTP_EVENT)).toBe(response);
  });

  it('keep the class of an answer and a stream in it', () => {
    class Page {
      readonly statusCode = 200;
      readonly body = new ReadableStream();
      get pages(): number {
        return this.statusCode / 100;
      }
    }
    const page = new Page();
    const answer = withHeaders(page, ADDED, HTTP_EVENT) as Page & { headers: object };
    expect(answer).toBeInstanceOf(Page);
    expect(answer).not.toBe(page);
    expect([answer.body, answer.pages, answer.headers]).toEqual([page.body, 2, ADDED]);
  });
});
