import { ResilienceError } from '../core/errors.ts';

/** There is no endpoint to send a request to: nobody could be asked for one for too long, or there are none. Answered with 503. */
export class NoEndpointError extends ResilienceError {
  /** Name of the dependency. */
  readonly service: string;

  constructor(service: string, cause?: unknown) {
    super(`no endpoint of ${service} is known`, { code: 'NO_ENDPOINT', statusCode: 503, publicFields: { service }, cause });
    this.name = 'NoEndpointError';
    this.service = service;
  }
}
