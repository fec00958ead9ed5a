import type { LoadSheddingOptions } from '../load-shedding-options';
import { documentOptions, type DocumentOptions } from './document-options';
import { LOAD_SHEDDING_RULES } from './option-rules';

/** Options of load shedding, which have been checked, as the document holds them. */
export function sheddingDocument(checked: object): DocumentOptions {
  const options = checked as LoadSheddingOptions;
  const { priorityRateCaps } = options;
  return { ...documentOptions(LOAD_SHEDDING_RULES, options), ...(priorityRateCaps && { priorityRateCaps: { ...priorityRateCaps } }) };
}
