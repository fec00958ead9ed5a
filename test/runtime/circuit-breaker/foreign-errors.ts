/**
 * Jest runs tests in a realm of its own, in which the errors of Node itself are no instances of `Error`; the SDK would wrap
 * them and lose their code. This makes `instanceof Error` hold for them, as it does outside of Jest.
 */
export function recogniseErrorsOfNode(): void {
  Object.defineProperty(Error, Symbol.hasInstance, {
    configurable: true,
    value(this: unknown, candidate: unknown): boolean {
      if (this === Error && Object.prototype.toString.call(candidate) === '[object Error]') return true;
      // Subclasses inherit this method.
      return Function.prototype[Symbol.hasInstance].call(this as () => void, candidate);
    },
  });
}
