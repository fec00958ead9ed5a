import { documentOptions, type DocumentOptions } from './document-options';
import { objectProblems, optionsProblems } from './option-problem';
import { RETRY_RULES } from './option-rules';
import { sheddingDocument } from './shedding-document';
import { sheddingProblems } from './shedding-problems';
import { timeoutDocument } from './timeout-document';
import { timeoutProblems } from './timeout-problems';

/** A thing of which a function has one or none. */
export interface SingleKind {
  /** The property of the function that declares it. */
  readonly property: 'requestTimeout' | 'retry' | 'loadShedding';
  /** The key of the configuration document that holds it. */
  readonly section: 'timeout' | 'retry' | 'loadShedding';
  /** Every problem of its options. */
  readonly problems: (path: string, options: Readonly<Record<string, unknown>>) => string[];
  /** Its options as the document holds them; they have been checked. */
  readonly document: (options: object) => DocumentOptions;
}

/** The time that the work of the handler may take. Functions have a `timeout` of their own, so the property is called otherwise. */
export const TIMEOUT: SingleKind = { property: 'requestTimeout', section: 'timeout', problems: timeoutProblems, document: timeoutDocument };

/** Retries of the work of the handler. */
export const RETRY: SingleKind = {
  property: 'retry',
  section: 'retry',
  problems: retryProblems,
  document: retryDocument,
};

/** Load shedding. */
export const LOAD_SHEDDING: SingleKind = { property: 'loadShedding', section: 'loadShedding', problems: sheddingProblems, document: sheddingDocument };

/** Every kind, in the order in which the document holds them. */
export const SINGLE_KINDS: readonly SingleKind[] = [TIMEOUT, RETRY, LOAD_SHEDDING];

function retryProblems(path: string, options: Readonly<Record<string, unknown>>): string[] {
  return optionsProblems(RETRY_RULES, path, options);
}

function retryDocument(options: object): DocumentOptions {
  return documentOptions(RETRY_RULES, options);
}

/** Every problem of what is declared of a kind, if anything is. */
export function singleProblems({ property, problems }: SingleKind, declared: unknown): string[] {
  return objectProblems(property, declared, problems);
}
