// Writes contract/contract.json into both packages, which cannot import across: jsii compiles lib/ alone. What the runtime has
// of it is in every bundle, so it has no words, and instruments are apart, because OpenTelemetry alone needs them.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

type Document = Readonly<Record<string, unknown>>;

/** A file that is written: where, which name it exports, with which words, and what of the document. */
interface Copy {
  readonly file: URL;
  readonly name: string;
  readonly doc: string;
  readonly part: (document: Document) => unknown;
}

const SOURCE = new URL('../contract/contract.json', import.meta.url);

/** Every copy, by what has it. */
export const CONTRACT_COPIES: Readonly<Record<string, Copy>> = {
  lib: {
    file: new URL('../lib/private/contract.ts', import.meta.url),
    name: 'CONTRACT',
    doc: 'What the constructs and the runtime agree on: environment variables, tables, metrics and the configuration schema.',
    part: (document) => document,
  },
  runtime: {
    file: new URL('../runtime/src/contract/contract.ts', import.meta.url),
    name: 'CONTRACT',
    doc: 'What the constructs and the runtime agree on: environment variables, tables, metrics and the configuration schema.',
    part: ({ instruments: _instruments, ...rest }) => withoutWords(rest),
  },
  opentelemetry: {
    file: new URL('../runtime/src/contract/instruments.ts', import.meta.url),
    name: 'INSTRUMENTS',
    doc: 'The instruments of OpenTelemetry.',
    part: ({ instruments }) => instruments ?? {},
  },
};

/** The text of a copy, as it has to be. */
export function renderCopy({ name, doc, part }: Copy, source: string = readFileSync(SOURCE, 'utf8')): string {
  const content = JSON.stringify(part(JSON.parse(source) as Document), null, 2);
  return [
    '// Generated from contract/contract.json by `npm run contract`. Do not edit.',
    '',
    `/** ${doc} */`,
    `export const ${name} = ${content} as const;`,
    '',
  ].join('\n');
}

/** The same without descriptions, on every level. */
function withoutWords(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'description');
  return Object.fromEntries(entries.map(([key, each]) => [key, withoutWords(each)]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const copy of Object.values(CONTRACT_COPIES)) writeFileSync(copy.file, renderCopy(copy));
}
