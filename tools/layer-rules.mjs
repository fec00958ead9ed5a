// How the list of tools/layers.mjs is read.
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path/posix';
import { LAYERS, TESTING } from './layers.mjs';

/** Matches what a package import resolves to in node_modules as well as the bare specifier of one that is not installed. */
export const packagePattern = (name) =>
  `(?:^|/node_modules/|^node_modules/)(?:@types/)?${name}(?:/|$)`;

/** @returns {import('./layers.mjs').Layer | undefined} the layer of a file, by its path from the repository root */
export const layerOf = (path) => LAYERS.find(({ files }) => new RegExp(files).test(path));

const matches = (pattern, captured, target) => new RegExp(pattern.replaceAll('$1', captured)).test(target);

function allows(layer, path, specifier, target) {
  if (specifier.startsWith('.')) {
    const captured = new RegExp(layer.files).exec(path)?.[1] ?? '';
    return layer.imports.some((pattern) => matches(pattern, captured, target));
  }
  return isBuiltin(specifier) ? layer.builtins : layer.packages.some((name) => new RegExp(packagePattern(name)).test(target));
}

/**
 * Judges one import as it is written, without resolving it.
 * @returns {{ name: string, rule: string } | undefined} the rule it breaks
 */
export function brokenRule(path, specifier) {
  const target = specifier.startsWith('.') ? join(dirname(path), specifier) : specifier;
  const layer = layerOf(path);
  if (layer && !allows(layer, path, specifier, target)) return layer;
  return new RegExp(TESTING.files).test(path) && new RegExp(TESTING.imports).test(target) ? TESTING : undefined;
}
