import type { Environment } from '../config/configuration.ts';
import { CONTRACT } from '../contract/contract.ts';
import { schemaDefaults, schemaProblems, show, type OptionSchema } from '../core/option-schema.ts';
import { givenOf, isRecord } from '../core/record.ts';
import type { ResilienceDependencies, ResilienceOptions } from '../resilience/index.ts';
import type { ConfigurationSource } from './source.ts';

/** Options of `resilience()`, and how the configuration is looked after. */
export interface DynamicResilienceOptions extends ResilienceOptions {
  /** How long nobody asks for another configuration after an answer, in milliseconds: 15 s to 24 h. Default 60 s. */
  readonly pollIntervalMs?: number | undefined;
  /** Longest time that the start waits for the latest configuration, in milliseconds: 100 ms to 9 s. Default 1.5 s. */
  readonly startTimeoutMs?: number | undefined;
}

/** What may be given instead of what the environment provides. */
export interface DynamicResilienceDependencies extends ResilienceDependencies {
  /** Where the configuration is kept. Default: AppConfig, at the place named in the environment. */
  readonly source?: ConfigurationSource | undefined;
}

const SCHEMA = {
  pollInterval: { type: 'duration', minimumMs: 15_000, maximumMs: 86_400_000, defaultMs: 60_000 },
  // Lambda gives the init phase 10 s.
  startTimeout: { type: 'duration', minimumMs: 100, maximumMs: 9000, defaultMs: 1500 },
} as const satisfies OptionSchema;

const VARIABLE = CONTRACT.environment.dynamicConfiguration.name;
/** Three ids, joined by slashes. */
const PLACE = /^[^/\s]+\/[^/\s]+\/[^/\s]+$/;

/** Options, taken apart. */
export interface CheckedDynamicOptions {
  /** What is left for `resilience()`, which checks it. */
  readonly policies: ResilienceOptions;
  readonly pollIntervalMs: number;
  readonly startTimeoutMs: number;
  /** Where the configuration is kept, in a word. */
  readonly place: string;
  /** Every problem, each as one sentence that names the option, the value seen and the remedy. */
  readonly problems: readonly string[];
}

/** Takes the options apart and checks what `resilience()` does not know. */
export function checkedDynamicOptions(given: unknown, environment: Environment, hasSource: boolean): CheckedDynamicOptions {
  const { pollIntervalMs, startTimeoutMs, ...policies } = isRecord(given) ? given : {};
  const own = { pollIntervalMs, startTimeoutMs };
  const place = environment[VARIABLE] ?? '';
  return {
    // What is no object at all is left to those who name its problem.
    policies: isRecord(given) ? policies : (given as ResilienceOptions),
    ...schemaDefaults(SCHEMA),
    ...(givenOf(own) as Partial<Record<keyof typeof own, number>>),
    place: place === '' ? 'configuration' : place,
    problems: [...schemaProblems(SCHEMA, own, 'options'), ...(hasSource ? [] : placeProblems(place))],
  };
}

function placeProblems(place: string): string[] {
  if (PLACE.test(place)) return [];
  const found = place === '' ? 'missing' : show(place);
  return [
    `the environment variable ${VARIABLE} is ${found}: deploy the function as a ResilientFunction with dynamicConfig, ` +
      'set the variable to APPLICATION/ENVIRONMENT/PROFILE, or use resilience(), which needs none',
  ];
}
