import { setImmediate as turn } from 'node:timers/promises';
import type { MiddlewareObj, Request } from '@middy/core';
import httpErrorHandler from '@middy/http-error-handler';
import { describe, expect, it, jest } from '@jest/globals';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import { ABANDONED } from '../../../runtime/src/core/outcome.ts';
import { gateMiddleware } from '../../../runtime/src/middy/gate-middleware.ts';
import { ManualClock } from '../../../runtime/src/testing/index.ts';
import { deferred } from '../core/deferred.ts';
import { AskingGate, FACTORIES, GateClosedError, HTTP_EVENT, invoke, lambdaContext, QUEUE_EVENT, TestGate } from './gates.ts';

const closed = (gate: TestGate) => {
  gate.open = false;
  return gate;
};
const bodyOf = (response: unknown) => JSON.parse((response as { body: string }).body) as unknown;

describe.each(FACTORIES)('a gate on $factory', ({ create, settlesAll }) => {
  describe.each([['that decides at once', TestGate], ['that has to ask', AskingGate]])('%s', (_kind, GateClass) => {
    it('admits and settles with the response', async () => {
      const gate = new GateClass();
      const handler = create(async () => ({ statusCode: 201 })).use(gateMiddleware(gate));
      await expect(invoke(handler)).resolves.toEqual({ statusCode: 201 });
      expect(gate.outcomes).toEqual([{ kind: 'success', value: { statusCode: 201 } }]);
    });

    it('settles a handler that throws as failure and lets the error through', async () => {
      const gate = new GateClass();
      const error = new Error('x');
      await expect(invoke(create(async () => Promise.reject(error)).use(gateMiddleware(gate)))).rejects.toBe(error);
      expect(gate.outcomes).toEqual([{ kind: 'failure', error }]);
    });

    it('answers an HTTP event that it refuses, and does not run the handler', async () => {
      const gate = closed(new GateClass('payments'));
      const handler = jest.fn(async () => 'ran');
      const response = await invoke(create(handler).use(gateMiddleware(gate)));
      expect(response).toMatchObject({ statusCode: 503, headers: { 'Retry-After': '2' } });
      expect(bodyOf(response)).toEqual({ error: 'Service Unavailable', message: 'payments is closed', code: 'GATE_CLOSED', service: 'payments', retry_after: 2 });
      expect(handler).not.toHaveBeenCalled();
      expect(gate.outcomes).toEqual([]);
    });

    it('throws its refusal for other events, so that the platform retries', async () => {
      const handler = create(async () => 'ran').use(gateMiddleware(closed(new GateClass())));
      await expect(invoke(handler, QUEUE_EVENT)).rejects.toBeInstanceOf(GateClosedError);
    });
  });

  describe('fallback', () => {
    it('answers in place of the handler, with the refusal, the call and the event', async () => {
      const fallback = jest.fn(async (_error: GateClosedError, _call: unknown, _event: unknown) => ({ statusCode: 200, body: 'cached' }));
      const gate = closed(new TestGate());
      const handler = create(async () => 'ran').use(gateMiddleware(gate, { fallback, clock: new ManualClock(1000) }));
      await expect(invoke(handler, QUEUE_EVENT)).resolves.toEqual({ statusCode: 200, body: 'cached' });
      expect(fallback).toHaveBeenCalledWith(expect.any(GateClosedError), { deadlineMs: 4000 }, QUEUE_EVENT);
    });

    it('is not asked about failures of the handler, nor about refusals of others', async () => {
      const fallback = jest.fn(() => 'cached');
      const failing = create(async () => Promise.reject(new Error('x'))).use(gateMiddleware(new TestGate(), { fallback }));
      await expect(invoke(failing)).rejects.toThrow('x');
      const refusing = create(async () => 'ran').use(gateMiddleware(new TestGate(), { fallback })).use(gateMiddleware(closed(new TestGate())));
      await expect(invoke(refusing)).resolves.toMatchObject({ statusCode: 503 });
      expect(fallback).not.toHaveBeenCalled();
    });

    it('that answers nothing leaves the refusal as it is', async () => {
      const handler = create(async () => 'ran').use(gateMiddleware(closed(new TestGate()), { fallback: () => undefined }));
      await expect(invoke(handler)).rejects.toBeInstanceOf(GateClosedError);
    });

    it('that throws is an error like any other: middlewares further out settle and render it', async () => {
      const outer = new TestGate('outer');
      const error = new Error('no cache');
      const seen: unknown[] = [];
      const handler = create(async () => 'ran')
        .use({ onError: (request: Request) => void seen.push(request.error) })
        .use(gateMiddleware(outer))
        .use(gateMiddleware(closed(new TestGate()), { fallback: () => Promise.reject(error) }));
      await expect(invoke(handler)).rejects.toBe(error);
      expect(outer.outcomes).toEqual([{ kind: 'failure', error }]);
      expect(seen).toEqual([error]);
    });
  });

  describe('onAnswer', () => {
    const told = () => {
      const decisions: unknown[] = [];
      const onAnswer = (request: Request, decided: unknown) => {
        decisions.push(decided);
        request.response = { ...(request.response as object), told: true };
      };
      return { decisions, onAnswer };
    };
    const permit = { settle: expect.any(Function) };

    it('may change the answer of the handler, after the permit has seen the one it gave', async () => {
      const { decisions, onAnswer } = told();
      const gate = new TestGate();
      await expect(invoke(create(async () => ({ statusCode: 201 })).use(gateMiddleware(gate, { onAnswer })))).resolves.toEqual({ statusCode: 201, told: true });
      expect(decisions).toEqual([permit]);
      expect(gate.outcomes).toEqual([{ kind: 'success', value: { statusCode: 201 } }]);
    });

    it('may change the answer to a refusal, and the one of a fallback', async () => {
      const { decisions, onAnswer } = told();
      await expect(invoke(create(async () => 'ran').use(gateMiddleware(closed(new TestGate()), { onAnswer })))).resolves.toMatchObject({ statusCode: 503, told: true });
      const fallback = () => ({ cached: true });
      await expect(invoke(create(async () => 'ran').use(gateMiddleware(closed(new TestGate()), { onAnswer, fallback })))).resolves.toEqual({ cached: true, told: true });
      expect(decisions).toEqual([expect.any(GateClosedError), expect.any(GateClosedError)]);
    });

    it('may change an answer that was made further in: to the refusal of another gate, or to an error', async () => {
      const { decisions, onAnswer } = told();
      const refusing = create(async () => 'ran').use(gateMiddleware(new TestGate(), { onAnswer })).use(gateMiddleware(closed(new TestGate())));
      await expect(invoke(refusing)).resolves.toMatchObject({ statusCode: 503, told: true });
      const inner: MiddlewareObj = { onError: (request) => void (request.response = { statusCode: 400 }) };
      const failing = create(async () => Promise.reject(new Error('x'))).use(gateMiddleware(new TestGate(), { onAnswer })).use(inner);
      await expect(invoke(failing)).resolves.toEqual({ statusCode: 400, told: true });
      expect(decisions).toEqual([permit, permit]);
    });

    it('is not asked where there is no answer, or none of this gate\'s calls', async () => {
      const { decisions, onAnswer } = told();
      await expect(invoke(create(async () => Promise.reject(new Error('x'))).use(gateMiddleware(new TestGate(), { onAnswer })))).rejects.toThrow('x');
      await expect(invoke(create(async () => undefined).use(gateMiddleware(new TestGate(), { onAnswer })))).resolves.toBeUndefined();
      await expect(invoke(create(async () => 'ran').use(gateMiddleware(closed(new TestGate()), { onAnswer })), QUEUE_EVENT)).rejects.toBeInstanceOf(GateClosedError);
      const outer: MiddlewareObj = { before: () => Promise.reject(new Error('outer')), onError: (request) => void (request.response = {}) };
      await expect(invoke(create(async () => 'ran').use(outer).use(gateMiddleware(new TestGate(), { onAnswer })))).resolves.toEqual({});
      expect(decisions).toEqual([]);
    });
  });

  describe('with other middlewares', () => {
    it('settles nothing where an outer middleware threw before it was reached', async () => {
      const gate = new TestGate();
      const outer = { before: () => Promise.reject(new Error('outer')) };
      await expect(invoke(create(async () => 'ran').use(outer).use(gateMiddleware(gate)))).rejects.toThrow('outer');
      expect(gate).toMatchObject({ calls: [], outcomes: [], held: 0 });
    });

    it('does not answer for an outer middleware that throws', async () => {
      const outer = { before: () => Promise.reject(new GateClosedError('somebody else')) };
      await expect(invoke(create(async () => 'ran').use(outer).use(gateMiddleware(new TestGate())))).rejects.toBeInstanceOf(GateClosedError);
    });

    it(`${settlesAll ? 'gives its permit back' : 'keeps its permit until its lease ends'} where an inner middleware answers early`, async () => {
      const gate = new TestGate();
      const handler = create(async () => 'ran').use(gateMiddleware(gate)).use({ before: () => 'early' });
      await expect(invoke(handler)).resolves.toBe('early');
      expect(gate.outcomes).toEqual(settlesAll ? [ABANDONED] : []);
      expect(gate.held).toBe(settlesAll ? 0 : 1);
    });

    it('leaves the answer alone that the onError of an inner middleware has set', async () => {
      const inner: MiddlewareObj = { onError: (request) => void (request.response = 'inner answer') };
      const handler = create(async () => 'ran').use(gateMiddleware(closed(new TestGate()))).use(inner);
      await expect(invoke(handler)).resolves.toBe('inner answer');
    });

    it('does not answer where an inner middleware has replaced the refusal by an error of its own', async () => {
      const error = new Error('replaced');
      const inner: MiddlewareObj = { onError: (request) => void (request.error = error) };
      const handler = create(async () => 'ran').use(gateMiddleware(closed(new TestGate()))).use(inner);
      await expect(invoke(handler)).rejects.toBe(error);
    });

    it('settles a failure that an inner middleware has turned into an answer', async () => {
      const gate = new TestGate();
      const inner: MiddlewareObj = { onError: (request) => void (request.response = 'inner answer') };
      const handler = create(async () => Promise.reject(new Error('x'))).use(gateMiddleware(gate)).use(inner);
      await expect(invoke(handler)).resolves.toBe('inner answer');
      expect(gate.outcomeKinds).toEqual(['failure']);
    });

    it(`${settlesAll ? 'gives its permit back' : 'keeps its permit'} where an inner onError ends the chain`, async () => {
      const gate = new TestGate();
      const handler = create(async () => Promise.reject(new Error('x'))).use(gateMiddleware(gate)).use({ onError: () => 'ended' });
      await expect(invoke(handler)).resolves.toBe('ended');
      expect(gate.outcomeKinds).toEqual(settlesAll ? ['abandoned'] : []);
    });

    it('settles as failure when an inner after throws, and once only', async () => {
      const gate = new TestGate();
      const handler = create(async () => 'ran').use(gateMiddleware(gate)).use({ after: () => Promise.reject(new Error('after')) });
      await expect(invoke(handler)).rejects.toThrow('after');
      expect(gate.outcomeKinds).toEqual(['failure']);
    });

    it('stays settled as success when an outer after throws', async () => {
      const gate = new TestGate();
      const handler = create(async () => 'ran').use({ after: () => Promise.reject(new Error('after')) }).use(gateMiddleware(gate));
      await expect(invoke(handler)).rejects.toThrow('after');
      expect(gate.outcomeKinds).toEqual(['success']);
    });
  });

  describe('with @middy/http-error-handler', () => {
    const errorHandler = () => httpErrorHandler({ logger: false }) as MiddlewareObj;

    it.each([['outside', QUEUE_EVENT], ['inside', HTTP_EVENT]])('%s of it: 503 with Retry-After', async (where, event) => {
      const gate = gateMiddleware(closed(new TestGate('payments')));
      const handler = create(async () => 'ran').use(where === 'outside' ? [errorHandler(), gate] : [gate, errorHandler()]);
      await expect(invoke(handler, event)).resolves.toEqual({
        statusCode: 503,
        headers: { 'Content-Type': 'text/plain', 'Retry-After': '2' },
        body: 'payments is closed',
      });
    });

    it('outside, an HTTP event has been answered already', async () => {
      const handler = create(async () => 'ran').use([errorHandler(), gateMiddleware(closed(new TestGate('payments')))]);
      expect(bodyOf(await invoke(handler))).toMatchObject({ code: 'GATE_CLOSED' });
    });

    it('does not show the caller what is wrong with a configuration', async () => {
      const handler = create(async () => Promise.reject(new ConfigurationError('secret', ['secret']))).use([errorHandler()]);
      expect(JSON.stringify(await invoke(handler))).not.toContain('secret');
    });
  });

  describe('several gates and requests', () => {
    it('an inner refusal is abandoned for the gate further out (PX-10)', async () => {
      const [outer, inner] = [new TestGate('outer'), closed(new TestGate('inner'))];
      const handler = create(async () => 'ran').use(gateMiddleware(outer)).use(gateMiddleware(inner));
      expect(bodyOf(await invoke(handler))).toMatchObject({ service: 'inner' });
      expect(outer.outcomes).toEqual([ABANDONED]);
      await expect(invoke(handler, QUEUE_EVENT)).rejects.toMatchObject({ publicFields: { service: 'inner' } });
      expect([outer.outcomeKinds, outer.held]).toEqual([['abandoned', 'abandoned'], 0]);
    });

    it('an outer refusal never reaches the inner gate', async () => {
      const inner = new TestGate('inner');
      await invoke(create(async () => 'ran').use(gateMiddleware(closed(new TestGate('outer')))).use(gateMiddleware(inner)));
      expect(inner.calls).toEqual([]);
    });

    it('both settle, innermost first', async () => {
      const order: string[] = [];
      const noting = (name: string) => new TestGate(name, async () => void order.push(name));
      const handler = create(async () => 'ran').use(gateMiddleware(noting('outer'))).use(gateMiddleware(noting('inner')));
      await invoke(handler);
      expect(order).toEqual(['inner', 'outer']);
    });

    it('a warm environment serves one request after the other, the same event object included', async () => {
      const gate = new TestGate();
      let failing = false;
      const handler = create(async () => (failing ? Promise.reject(new Error('x')) : 'ran')).use(gateMiddleware(gate));
      await invoke(handler);
      failing = true;
      await expect(invoke(handler)).rejects.toThrow('x');
      failing = false;
      gate.open = false;
      await expect(invoke(handler)).resolves.toMatchObject({ statusCode: 503 });
      gate.open = true;
      await expect(invoke(handler)).resolves.toBe('ran');
      expect([gate.outcomeKinds, gate.held]).toEqual([['success', 'failure', 'success'], 0]);
    });

    it('concurrent requests of one environment settle their own permits (PX-19)', async () => {
      const gate = new TestGate();
      const work = { a: deferred<string>(), b: deferred<string>(), c: deferred<string>() };
      const handler = create(async (event: unknown) => work[(event as { id: keyof typeof work }).id].promise).use(gateMiddleware(gate));
      const [a, b, c] = (['a', 'b', 'c'] as const).map((id) => invoke(handler, { ...HTTP_EVENT, id }));
      const error = new Error('b');
      work.c.resolve('c');
      await c;
      work.b.reject(error);
      await expect(b).rejects.toBe(error);
      expect(gate.held).toBe(1);
      work.a.resolve('a');
      await a;
      expect(gate.outcomes).toEqual([{ kind: 'success', value: 'c' }, { kind: 'failure', error }, { kind: 'success', value: 'a' }]);
    });

    it('one gate may guard two handlers', async () => {
      const gate = new TestGate();
      const middleware = gateMiddleware(gate);
      await Promise.all([invoke(create(async () => 1).use(middleware)), invoke(create(async () => 2).use(middleware))]);
      expect(gate.outcomes.map((outcome) => 'value' in outcome && outcome.value).sort()).toEqual([1, 2]);
    });
  });

  it.each([['success', async () => 'ran'], ['failure', async () => Promise.reject(new Error('x'))]])('waits for the settlement of a %s before the response leaves', async (_kind, work) => {
    const settling = deferred();
    const order: string[] = [];
    const gate = new TestGate('gate', () => settling.promise.then(() => void order.push('settled')));
    const answered = invoke(create(work).use(gateMiddleware(gate))).then(
      () => order.push('answered'),
      () => order.push('answered'),
    );
    await turn(); // whatever is not waiting has answered by now
    expect(order).toEqual([]);
    settling.resolve(undefined);
    await answered;
    expect(order).toEqual(['settled', 'answered']);
  });

  it('hands on the deadline of the invocation (PX-07)', async () => {
    const [gate, clock] = [new TestGate(), new ManualClock(1000)];
    const handler = create(async () => 'ran').use(gateMiddleware(gate, { clock }));
    await invoke(handler, HTTP_EVENT, lambdaContext(250));
    await invoke(handler, HTTP_EVENT, {}); // a container or a test: no Lambda, no deadline
    expect(gate.calls).toEqual([{ deadlineMs: 1250 }, {}]);
  });
});

describe('the hooks of a gate that decides at once', () => {
  it('add no promise to the path of a request', () => {
    const { before, after } = gateMiddleware(new TestGate());
    const request = { event: HTTP_EVENT, context: lambdaContext(), response: 'ran', error: undefined, internal: {} } as Request;
    expect(before(request)).toBeUndefined();
    expect(after(request)).toBeUndefined();
  });

  it('have names, which Middy hands to profilers', () => {
    const { before, after, onError } = gateMiddleware(new TestGate());
    expect([before.name, after.name, onError.name]).toEqual(['gateBefore', 'gateAfter', 'gateOnError']);
  });
});
