import { isRecord } from '../core/record.ts';
import type { TimedCall } from './timed-call.ts';

/** How HTTP events name their query parameters: API Gateway, function URLs and ALB, and VPC Lattice. */
const QUERIES = ['queryStringParameters', 'multiValueQueryStringParameters', 'query_string_parameters'] as const;

/** How many query parameters an HTTP event has, each name once, and how large its body is. What cannot be read is left out. */
export function sizeOf(event: unknown): Pick<TimedCall, 'queryParameters' | 'bodyBytes'> {
  try {
    if (!isRecord(event)) return {};
    const names = new Set(QUERIES.flatMap((query) => (isRecord(event[query]) ? Object.keys(event[query]) : [])));
    return { queryParameters: names.size, ...bodySize(event) };
  } catch {
    return {}; // what another middleware has put there cannot be read
  }
}

function bodySize({ body, isBase64Encoded }: Readonly<Record<string, unknown>>): Pick<TimedCall, 'bodyBytes'> {
  if (typeof body !== 'string') return {};
  // Four characters of base64 are three bytes; of other text a character is at least one.
  return { bodyBytes: isBase64Encoded === true ? Math.floor((body.length * 3) / 4) : body.length };
}
