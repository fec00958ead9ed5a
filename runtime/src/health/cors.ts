import { show } from '../core/option-schema.ts';
import { isRecord } from '../core/record.ts';

/** Which pages of browsers may read health. */
export interface HealthCors {
  /** Their origins, such as `https://status.example.com`; `*` for all. */
  readonly origins: readonly string[];
}

/** Headers for a page: its own origin if it is one of those that may read, never a list of them. */
export function corsHeaders(cors: HealthCors | undefined, origin: string | undefined): Record<string, string> {
  if (cors === undefined) return {};
  const { origins } = cors;
  if (origins.includes('*')) return { 'Access-Control-Allow-Origin': '*' };
  return { ...(origin !== undefined && origins.includes(origin) && { 'Access-Control-Allow-Origin': origin }), Vary: 'Accept, Origin' };
}

/** Every problem of the option. */
export function corsProblems(cors: unknown): string[] {
  if (cors === undefined) return [];
  const { origins, ...others } = isRecord(cors) ? cors : {};
  const list: readonly unknown[] = Array.isArray(origins) ? origins : [];
  return [
    ...(list.length > 0 ? [] : [`options.cors.origins is ${show(origins)}: pass a list of origins`]),
    ...list.filter((origin) => !isOrigin(origin)).map((origin) => `options.cors.origins holds ${show(origin)}: pass origins such as https://status.example.com, or *`),
    ...Object.keys(others).map((key) => `options.cors.${key} is not an option: use one of origins`),
  ];
}

function isOrigin(origin: unknown): boolean {
  return typeof origin === 'string' && (origin === '*' || (URL.canParse(origin) && new URL(origin).origin === origin));
}
