import type { Scope } from './slots.ts';

/** Key of calls of which the tenant or the operation is not known: they have one limit together. */
export const UNKNOWN_KEY = 'none';

/** One text for the scopes of a claim. Different scopes have different texts, whatever their keys hold. */
export function scopesId(scopes: readonly Pick<Scope, 'kind' | 'key'>[]): string {
  const [only] = scopes;
  if (only === undefined || (scopes.length === 1 && only.kind === 'global')) return '';
  return JSON.stringify(scopes.map(({ kind, key }) => [kind, key]));
}
