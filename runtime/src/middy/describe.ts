import type { CallContext } from '../core/call-context.ts';
import { textAt } from './read.ts';

/** What a request says about the call that it is. */
export type CallDescription = Pick<CallContext, 'tenant' | 'operation' | 'user' | 'ip' | 'method' | 'path'>;

/**
 * The tenant and the operation of a request. The tenant is the one that Lambda's tenant isolation names in the context; the
 * operation is the route as a template, such as `GET /orders/{id}`: never a raw path, of which there is no end.
 */
export function describeCall(event: unknown, context: unknown): CallDescription {
  // The durable mode keeps Lambda's own context one level down.
  const tenant = textAt(context, 'tenantId') ?? textAt(context, 'lambdaContext', 'tenantId');
  const operation = routeOf(event);
  return { ...(tenant !== undefined && { tenant }), ...(operation !== undefined && { operation }) };
}

function routeOf(event: unknown): string | undefined {
  // HTTP APIs name the route that matched; `$default` is no route of its own.
  const routeKey = textAt(event, 'routeKey');
  if (routeKey !== undefined) return routeKey === '$default' ? undefined : routeKey;
  const [method, resource] = [textAt(event, 'httpMethod'), textAt(event, 'resource')];
  return method === undefined || resource === undefined ? undefined : `${method} ${resource}`;
}
