/** The part of Lambda's context that is used here. */
export interface LambdaContext {
  readonly getRemainingTimeInMillis?: () => number;
}

/** Lambda's own context; the durable mode keeps it one level down. */
export function lambdaContext(context: unknown): LambdaContext {
  const given = (context ?? {}) as LambdaContext & { readonly lambdaContext?: LambdaContext };
  return given.lambdaContext ?? given;
}

/** Milliseconds that an invocation has left; undefined if its context does not say. */
export function remainingMs(lambda: LambdaContext): number | undefined {
  const left = lambda.getRemainingTimeInMillis?.();
  return Number.isFinite(left) ? left : undefined;
}
