import { CONTRACT } from '../contract/contract.ts';
import { ConfigurationError } from '../core/errors.ts';
import { nameProblem, schemaDefaults, schemaProblems, show, type OptionValues } from '../core/option-schema.ts';
import type { CompletedOutcome } from '../core/outcome.ts';
import { givenOf, isRecord } from '../core/record.ts';

const SCHEMA = {
  enabled: { type: 'boolean', default: true },
  multiplier: { type: 'number', minimum: 1, maximum: 100, default: 2 },
  window: { type: 'duration', minimumMs: 1000, maximumMs: 3_600_000, defaultMs: 30_000 },
  maxRate: { type: 'number', minimum: 0, maximum: 0.99, default: 0.9 },
  minimumCalls: { type: 'integer', minimum: 1, maximum: 100_000, default: 10 },
  retryAfter: { type: 'duration', minimumMs: 0, maximumMs: 3_600_000, defaultMs: 1000 },
} as const;

/** Options of a client-side throttle. */
export interface ThrottleOptions {
  /** Name of what is called: 1 to 64 letters, digits, hyphens or underscores, starting with a letter. */
  readonly name: string;
  /** Whether anything is held back; switched off, every call is sent and nothing is counted. Default true. */
  readonly enabled?: boolean | undefined;
  /** How many calls are sent for each that is accepted, 1 to 100: the less, the fewer reach what is overloaded. Default 2. */
  readonly multiplier?: number | undefined;
  /** Age up to which calls count in milliseconds, 1 s to 1 h: more than the longest call takes. Default 30 s. */
  readonly windowMs?: number | undefined;
  /** Share of calls that is held back at most, 0 to 0.99: the others find out when there is room again. Default 0.9. */
  readonly maxRate?: number | undefined;
  /** Calls within the window before any is held back: 1 to 100000. Default 10. */
  readonly minimumCalls?: number | undefined;
  /** When trying again may make sense, in milliseconds: 0 to 1 h; spread by half of it. Default 1 s. */
  readonly retryAfterMs?: number | undefined;
  /** Whether a call was accepted; what it throws means no. Default: it did not throw, nor answer with status 429 or from 500 on. */
  readonly isAccepted?: ((outcome: CompletedOutcome) => boolean) | undefined;
}

/** Options with every default filled in. */
export type ResolvedThrottleOptions = OptionValues<typeof SCHEMA> & Required<Pick<ThrottleOptions, 'name'>> & { readonly isAccepted: (outcome: CompletedOutcome) => boolean };

/** The value of every option that is not set. */
export const THROTTLE_DEFAULTS: OptionValues<typeof SCHEMA> = schemaDefaults(SCHEMA);

/**
 * Fills in the defaults. Only `undefined` takes a default.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function resolveThrottleOptions(options: ThrottleOptions): ResolvedThrottleOptions {
  const problems = throttleOptionProblems(options);
  if (problems.length > 0) throw new ConfigurationError('the throttle cannot work', problems);
  return Object.freeze({ isAccepted: wasAccepted, ...THROTTLE_DEFAULTS, ...givenOf(options) }) as ResolvedThrottleOptions;
}

function throttleOptionProblems(options: unknown): string[] {
  if (!isRecord(options)) return [`options is ${show(options)}: pass an object with a name`];
  const { name, isAccepted, ...plain } = options;
  const badName = nameProblem(CONTRACT.configuration.name, 'options.name', name);
  return [
    ...(badName === undefined ? [] : [badName]),
    ...(isAccepted === undefined || typeof isAccepted === 'function' ? [] : [`options.isAccepted is ${show(isAccepted)}: pass a function`]),
    ...schemaProblems(SCHEMA, plain, 'options', ['name', 'isAccepted']),
  ];
}

function wasAccepted(outcome: CompletedOutcome): boolean {
  if (outcome.kind === 'failure') return false;
  const answer = outcome.value as { readonly statusCode?: unknown; readonly status?: unknown } | null | undefined;
  // An answer of `fetch` calls it `status`.
  const status = answer?.statusCode ?? answer?.status;
  return typeof status !== 'number' || (status !== 429 && status < 500);
}
