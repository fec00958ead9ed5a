import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';

const HTTP_EVENT = { version: '2.0', routeKey: 'POST /orders', requestContext: { http: { method: 'POST' }, requestId: 'r-1' } };
const VARIABLES = {
  POWERTOOLS_DEV: 'true',
  POWERTOOLS_METRICS_DISABLED: 'false',
  RESILIENCE_CONFIG: JSON.stringify({
    version: 1,
    circuits: { stock: { shared: false } },
    limits: { orders: { shared: false, limits: [{ limit: 2, periodMs: 86_400_000 }] } },
  }),
};

describe('the examples of the observability', () => {
  const realFetch = globalThis.fetch;
  const { ...environment } = process.env;
  let lines: string[] = [];

  beforeAll(() => {
    Object.assign(process.env, VARIABLES);
    globalThis.fetch = () => Promise.resolve(new Response('', { status: 201 }));
    for (const method of ['log', 'info', 'warn', 'error'] as const) {
      jest.spyOn(console, method).mockImplementation((line: unknown) => void lines.push(typeof line === 'string' ? line : JSON.stringify(line)));
    }
  });

  afterAll(() => {
    globalThis.fetch = realFetch;
    process.env = environment;
    jest.restoreAllMocks();
  });

  const parsed = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

  it('observed: lines carry the request, and metrics of both kinds leave', async () => {
    const { handler } = await import('../../examples/observed.mts');
    lines = [];
    expect(await handler(HTTP_EVENT, { awsRequestId: 'a-1' } as never)).toMatchObject({ statusCode: 200 });
    expect(parsed()).toContainEqual(expect.objectContaining({ message: 'stock reserved', operation: 'POST /orders', correlation_id: 'r-1' }));
    expect(parsed()).toContainEqual(expect.objectContaining({ Orders: 1 }));
    expect(parsed()).toContainEqual(expect.objectContaining({ service: 'orders', Requests: 1 }));
  });

  it('telemetry: says what it has done', async () => {
    const { handler } = await import('../../examples/telemetry.mts');
    const answer = (await handler(HTTP_EVENT, {} as never)) as { body: string };
    expect(JSON.parse(answer.body)).toMatchObject({ requests: 1, active: 1 });
  });

  it('stages: knows the steps of earlier requests', async () => {
    const { handler } = await import('../../examples/stages.mts');
    await handler(HTTP_EVENT, {} as never);
    const answer = (await handler(HTTP_EVENT, {} as never)) as { body: string };
    const parts = (JSON.parse(answer.body) as { part: string }[]).map(({ part }) => part);
    expect(parts.sort()).toEqual(['after', 'before', 'before', 'handler']);
  });
});
