import { readFileSync } from 'node:fs';
import type { CONTRACT } from '../../runtime/src/contract/contract.ts';
import type { INSTRUMENTS } from '../../runtime/src/contract/instruments.ts';

/** With the words that the runtime leaves out: of everything that has a name or a type. */
type Described<Part> = Part extends readonly unknown[]
  ? Part
  : Part extends object
    ? { readonly [Key in keyof Part]: Described<Part[Key]> } & (Part extends { readonly name: string } | { readonly type: string } ? { readonly description: string } : unknown)
    : Part;

/** The contract as it is written, for what is said to people. */
export const DOCUMENT = JSON.parse(readFileSync(new URL('../../contract/contract.json', import.meta.url), 'utf8')) as Described<typeof CONTRACT> & {
  readonly instruments: typeof INSTRUMENTS;
};
