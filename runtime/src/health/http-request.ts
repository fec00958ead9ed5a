import { isRecord } from '../core/record.ts';

/** What of an HTTP event says which health request it is. */
export interface ProbeRequest {
  readonly method: string | undefined;
  /** Paths under which the endpoint may be found: as sent, and without the name of the stage. */
  readonly paths: readonly string[];
  /** The value of `check` in the query. */
  readonly check: string | undefined;
}

/** Reads an HTTP event of API Gateway (v1 and v2), function URLs, ALB or VPC Lattice (1 and 2). */
export function probeRequest(event: unknown): ProbeRequest {
  const fields = isRecord(event) ? event : {};
  const context = recordIn(fields, 'requestContext');
  const method = textOf(fields['httpMethod']) ?? textOf(recordIn(context, 'http')['method']) ?? textOf(fields['method']);
  const raw = textOf(fields['rawPath']) ?? textOf(fields['path']) ?? textOf(fields['raw_path']);
  return { method, paths: raw === undefined ? [] : candidates(raw, textOf(context['stage'])), check: checkOf(fields) };
}

/** HTTP APIs put the stage in front of the path, unless it is the default one. */
function candidates(raw: string, stage: string | undefined): string[] {
  // VPC Lattice passes the query on with the path.
  const path = withoutSlash(raw.replace(/\?.*$/s, ''));
  const prefix = `/${stage ?? ''}/`;
  return stage !== undefined && path.startsWith(prefix) ? [path, path.slice(prefix.length - 1)] : [path];
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

function checkOf(fields: Readonly<Record<string, unknown>>): string | undefined {
  const names = ['queryStringParameters', 'multiValueQueryStringParameters', 'query_string_parameters'];
  for (const name of names) {
    const value = recordIn(fields, name)['check'];
    const first: unknown = Array.isArray(value) ? value[0] : value;
    if (textOf(first) !== undefined) return textOf(first);
  }
  return undefined;
}

function recordIn(fields: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> {
  const value = fields[name];
  return isRecord(value) ? value : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
