/** A signal of its own that is aborted with the caller's, for as long as the link holds. */
export class AbortLink {
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #pass: (() => void) | undefined;
  #onCancel: (() => void) | undefined;

  /** @param caller Aborts this one too. Not aborted yet. */
  constructor(caller: AbortSignal | undefined) {
    this.#caller = caller;
    if (caller === undefined) return;
    this.#pass = (): void => {
      this.#controller.abort(caller.reason);
      this.#onCancel?.();
    };
    caller.addEventListener('abort', this.#pass, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What to do when the caller gives up. */
  onCancel(callback: () => void): void {
    this.#onCancel = callback;
  }

  /** Aborts this signal and not the caller's. */
  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Lets go of the caller's signal, which may live long. */
  release(): void {
    if (this.#pass !== undefined) this.#caller?.removeEventListener('abort', this.#pass);
  }
}
