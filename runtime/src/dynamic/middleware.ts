import type { Request } from '@middy/core';
import { createPermit } from '../core/gate.ts';
import { ABANDONED } from '../core/outcome.ts';
import { deadlineOf, type GateMiddleware } from '../middy/gate-middleware.ts';
import { holdPermit, takePermit } from '../middy/permit-ledger.ts';
import type { Assembly } from '../resilience/create.ts';
import type { ResilienceMiddleware } from '../resilience/index.ts';
import { DynamicResilience } from './create.ts';
import type { DynamicResilienceDependencies, DynamicResilienceOptions } from './options.ts';
import { start, type Started } from './start.ts';

/**
 * What `resilience()` is, for a function whose configuration may change while it runs: `const guard = await dynamicResilience();`
 * once, outside the handler, then `middy().use(guard)`. It asks AppConfig at the start, and then alongside a request whenever the
 * interval has passed: no decision waits for it, only the answer of that request, up to half a second. Every request ends with
 * the policies that it began with. Works on stock `@middy/core` and on the exported `middy`.
 *
 * @param options As for `resilience`, and how the configuration is looked after.
 * @param dependencies As for `resilience`, and where the configuration is kept.
 * @throws ConfigurationError with every problem at once; also where neither AppConfig nor the environment has a configuration.
 */
export async function dynamicResilience(
  options: DynamicResilienceOptions = {},
  dependencies: DynamicResilienceDependencies = {},
): Promise<ResilienceMiddleware> {
  const started = await start(options, dependencies);
  const made = new DynamicResilience(started);
  return Object.assign([changingMiddleware(started)], {
    circuit: (name: string) => made.circuit(name),
    limiter: (name: string) => made.limiter(name),
    bulkhead: (name: string) => made.bulkhead(name),
    client: (name: string) => made.client(name),
    health: made.health,
    observability: made.observability,
    statistics: () => made.statistics(),
  });
}

type Hook = keyof GateMiddleware;

/** One middleware that stands for those that served when the request began, in the order that Middy gives them. */
function changingMiddleware({ policies, poller }: Started): GateMiddleware {
  const owner = {};
  const begun = new WeakMap<Request, Assembly>();

  async function dynamicBefore(request: Request): Promise<unknown> {
    const assembly = policies.current;
    begun.set(request, assembly);
    const polling = poller.begin(deadlineOf(request.context, policies.clock).deadlineMs);
    // In the ledger, so that whoever ends the request finds it, also where no hook of ours runs any more.
    if (polling !== undefined) holdPermit(request, owner, createPermit(() => polling));
    const answer = await run(request, 'before', assembly.middlewares);
    // Nothing of ours runs after an early answer.
    if (isAnswered(request, answer)) await end(request);
    return answer;
  }

  /** A request that somebody further out has ended before it got here runs the hooks for errors all the same. */
  async function inward(request: Request, hook: Hook): Promise<unknown> {
    const { middlewares } = begun.get(request) ?? policies.current;
    try {
      return await run(request, hook, middlewares.toReversed());
    } finally {
      await end(request);
    }
  }

  async function end(request: Request): Promise<void> {
    await takePermit(request, owner)?.settle(ABANDONED);
    // What is new has a sink of its own, which the end of this request would pass by.
    if (begun.get(request) !== policies.current) policies.sink.flush(policies.clock.nowMs());
  }

  return {
    before: dynamicBefore,
    after: function dynamicAfter(request: Request) {
      return inward(request, 'after');
    },
    onError: function dynamicOnError(request: Request) {
      return inward(request, 'onError');
    },
  };
}

/** Runs hooks as Middy does: one that answers ends the chain, one that throws as well. */
async function run(request: Request, hook: Hook, middlewares: readonly GateMiddleware[]): Promise<unknown> {
  for (const middleware of middlewares) {
    let answer: unknown = middleware[hook](request);
    if (answer instanceof Promise) answer = await answer;
    if (isAnswered(request, answer)) return answer;
  }
  return undefined;
}

function isAnswered(request: Request, answer: unknown): boolean {
  return answer !== undefined || 'earlyResponse' in request;
}
