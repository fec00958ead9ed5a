import { RejectedError } from '../core/errors.ts';

/** The circuit is open: the call was refused and the dependency left alone. Answered with 503 and `Retry-After`. */
export class CircuitOpenError extends RejectedError {
  /** Name of the circuit. */
  readonly circuit: string;

  constructor(circuit: string, retryAfterMs: number) {
    super(`${circuit} is not called at the moment: its circuit is open`, {
      code: 'CIRCUIT_OPEN',
      statusCode: 503,
      retryAfterMs,
      publicFields: { service: circuit },
    });
    this.name = 'CircuitOpenError';
    this.circuit = circuit;
  }
}
