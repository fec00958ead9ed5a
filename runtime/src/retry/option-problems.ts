import { CONTRACT } from '../contract/contract.ts';
import { nameProblem, schemaProblems, show } from '../core/option-schema.ts';
import { isRecord } from '../core/record.ts';

const SCHEMA = CONTRACT.configuration.retry;

const CALLBACKS = ['backoff', 'shouldRetry', 'isIdempotent', 'onRetry', 'onGiveUp'] as const;
const STATUSES = ['retryableStatuses', 'nonRetryableStatuses'] as const;
const KINDS = ['retryOn', 'neverRetryOn'] as const;
const ENDS = ['return', 'throw'] as const;

/** The options that no rule for a single value of the contract can state. */
const CODE_OPTIONS: readonly string[] = ['name', 'strategy', 'onExhausted', ...CALLBACKS, ...STATUSES, ...KINDS];

type Given = Readonly<Record<string, unknown>>;

/** Every problem of the options, each as one sentence that names the option, the value seen and the remedy. */
export function retryOptionProblems(options: unknown): string[] {
  if (!isRecord(options)) return [`options is ${show(options)}: pass an object`];
  const declared = Object.fromEntries(Object.entries(options).filter(([key]) => !CODE_OPTIONS.includes(key)));
  const { name, onExhausted } = options;
  const badName = name === undefined ? undefined : nameProblem(CONTRACT.configuration.name, 'options.name', name);
  return [
    ...(badName === undefined ? [] : [badName]),
    ...CALLBACKS.filter((key) => options[key] !== undefined && typeof options[key] !== 'function').map(
      (key) => `options.${key} is ${show(options[key])}: pass a function`,
    ),
    ...strategyProblems(options),
    ...STATUSES.flatMap((key) => statusProblems(key, options[key])),
    ...KINDS.flatMap((key) => kindProblems(key, options[key])),
    ...contradictions(options),
    ...(onExhausted === undefined || ENDS.some((end) => end === onExhausted) ? [] : [`options.onExhausted is ${show(onExhausted)}: use one of ${ENDS.join(', ')}`]),
    ...schemaProblems(SCHEMA, declared, 'options', CODE_OPTIONS),
  ];
}

function strategyProblems({ strategy, backoff, jitter }: Given): string[] {
  if (strategy === 'custom') {
    return [
      ...(backoff === undefined ? ['options.backoff is missing: the strategy custom asks it'] : []),
      ...(jitter === 'decorrelated' ? ['options.jitter is "decorrelated", which asks no backoff: use one of full, equal, ratio, none'] : []),
    ];
  }
  const known = strategy === undefined || SCHEMA.strategy.values.some((value) => value === strategy);
  return [
    ...(known ? [] : [`options.strategy is ${show(strategy)}: use one of ${[...SCHEMA.strategy.values, 'custom'].join(', ')}`]),
    ...(backoff === undefined ? [] : ["options.backoff is only asked by the strategy custom: set strategy to 'custom', or leave it out"]),
  ];
}

function statusProblems(key: string, statuses: unknown): string[] {
  if (statuses === undefined) return [];
  if (!Array.isArray(statuses)) return [`options.${key} is ${show(statuses)}: pass a list of statuses such as [502, 503]`];
  return statuses
    .filter((status) => !Number.isInteger(status) || status < 100 || status > 599)
    .map((status) => `options.${key} holds ${show(status)}: use whole numbers from 100 to 599`);
}

function kindProblems(key: string, kinds: unknown): string[] {
  if (kinds === undefined) return [];
  if (!Array.isArray(kinds)) return [`options.${key} is ${show(kinds)}: pass a list of classes, names or codes of errors`];
  return kinds
    .filter((kind) => typeof kind !== 'function' && (typeof kind !== 'string' || kind === ''))
    .map((kind) => `options.${key} holds ${show(kind)}: use classes, names or codes of errors`);
}

/** What is said to be both; a default gives way to nothing, so that only what is given can contradict. */
function contradictions(options: Given): string[] {
  const pairs = [STATUSES, KINDS].map(([allowed, denied]) => ({ allowed, denied, both: common(options[allowed], options[denied]) }));
  return pairs.flatMap(({ allowed, denied, both }) =>
    both.map((value) => `options.${allowed} and options.${denied} both hold ${nameOf(value)}: leave it out of one of them`),
  );
}

function common(one: unknown, other: unknown): unknown[] {
  return Array.isArray(one) && Array.isArray(other) ? one.filter((value) => other.includes(value)) : [];
}

function nameOf(value: unknown): string {
  return typeof value === 'function' ? value.name : show(value);
}
