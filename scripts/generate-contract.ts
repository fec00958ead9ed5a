// Writes contract/contract.json into both packages, which cannot import across: jsii compiles lib/ alone.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SOURCE = new URL('../contract/contract.json', import.meta.url);

/** Where a copy goes, by package. */
export const CONTRACT_COPIES = {
  lib: new URL('../lib/private/contract.ts', import.meta.url),
  runtime: new URL('../runtime/src/contract/contract.ts', import.meta.url),
};

/** The text of every copy, as it has to be. */
export function renderContract(source: string = readFileSync(SOURCE, 'utf8')): string {
  const document = JSON.stringify(JSON.parse(source), null, 2);
  return [
    '// Generated from contract/contract.json by `npm run contract`. Do not edit.',
    '',
    '/** What the constructs and the runtime agree on: environment variables, tables, metrics and the configuration schema. */',
    `export const CONTRACT = ${document} as const;`,
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const copy of Object.values(CONTRACT_COPIES)) writeFileSync(copy, renderContract());
}
