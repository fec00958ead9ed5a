import { isRejection } from '../core/errors.ts';
import { isRecord } from '../core/record.ts';

/**
 * What became of a request. `rejected`: a policy refused it. `error`: the service failed it. `success`: anything else, a
 * mistake of the caller included.
 */
export type RequestResult = 'success' | 'error' | 'rejected';

/** What is known when a request has ended. */
export interface RequestEnd {
  /** The answer, as far as there is one. */
  readonly response?: unknown;
  /** What was thrown, also where somebody made an answer of it. */
  readonly error?: unknown;
}

/** How a request counts. */
export interface CountedEnd {
  readonly result: RequestResult;
  readonly statusCode: number | undefined;
  readonly errorType: string | undefined;
}

const SERVER_ERROR = 500;
const MAXIMUM_NAME = 64;

/**
 * How a request counts that ended so. Callers of HTTP see a status: what is below 500 is not the service's failure, whatever was
 * thrown. Of other events every error is, because the platform takes the invocation for failed.
 */
export function countedEnd({ response, error }: RequestEnd, isHttp: boolean): CountedEnd {
  const statusCode = statusOf(response) ?? (isHttp ? statusOf(error) : undefined);
  if (error !== undefined && isRejection(error)) return { result: 'rejected', statusCode, errorType: undefined };
  const failed = statusCode === undefined || !isHttp ? error !== undefined : statusCode >= SERVER_ERROR;
  if (!failed) return { result: 'success', statusCode, errorType: undefined };
  return { result: 'error', statusCode, errorType: error === undefined ? `status_${String(statusCode)}` : nameOf(error) };
}

function statusOf(value: unknown): number | undefined {
  const status = isRecord(value) || value instanceof Error ? (value as { readonly statusCode?: unknown }).statusCode : undefined;
  const code = typeof status === 'string' ? Number(status) : status;
  return typeof code === 'number' && Number.isInteger(code) ? code : undefined;
}

/** The name of an error, never its text: of texts there is no end. */
function nameOf(error: unknown): string {
  const name = error instanceof Error ? error.name : typeof error;
  return typeof name === 'string' && name !== '' ? name.slice(0, MAXIMUM_NAME) : 'Error';
}
