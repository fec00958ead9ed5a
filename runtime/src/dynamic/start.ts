import type { Environment } from '../config/configuration.ts';
import { processEnvironment } from '../config/process-environment.ts';
import { CONTRACT } from '../contract/contract.ts';
import { ConfigurationError } from '../core/errors.ts';
import { withProblems } from '../core/problems.ts';
import { SYSTEM_CLOCK, systemSleep } from '../core/system-sources.ts';
import { AppConfigSource } from './appconfig-source.ts';
import { checkedDynamicOptions, type DynamicResilienceDependencies, type DynamicResilienceOptions } from './options.ts';
import { DynamicPolicies } from './policies.ts';
import { Poller, type Answer } from './poller.ts';

/** Policies that follow their configuration, and who asks for it. */
export interface Started {
  readonly policies: DynamicPolicies;
  readonly poller: Poller;
}

const { name: VARIABLE } = CONTRACT.environment.configuration;

/**
 * Makes everything from the latest configuration; from the one that was deployed, if there is no answer in time or none that can
 * be used.
 *
 * @throws ConfigurationError with every problem at once.
 */
export async function start(options: DynamicResilienceOptions, given: DynamicResilienceDependencies): Promise<Started> {
  const { source: givenSource, ...rest } = given;
  const { environment = processEnvironment(), clock = SYSTEM_CLOCK, sleep = systemSleep } = rest;
  const checked = checkedDynamicOptions(options, environment, givenSource !== undefined);
  const { place, pollIntervalMs, startTimeoutMs: timeoutMs } = checked;
  const policies = new DynamicPolicies(checked.policies, { ...rest, environment, clock }, place);
  if (checked.problems.length > 0) withProblems('the configuration cannot be followed', checked.problems, () => policies.use(environment[VARIABLE]));
  const source = givenSource ?? new AppConfigSource({ place, pollIntervalMs, timeoutMs, clock });
  const poller = new Poller({ source, clock, sleep, intervalMs: pollIntervalMs, onAnswer: (answer) => policies.receive(answer) });
  begin(policies, environment, await poller.ask(timeoutMs));
  return { policies, poller };
}

function begin(policies: DynamicPolicies, environment: Environment, answer: Answer): void {
  const base = environment[VARIABLE];
  const { text = '' } = 'text' in answer ? answer : {};
  let refusal: unknown;
  if (text !== '') {
    try {
      policies.offer(text);
      return;
    } catch (error) {
      refusal = error;
    }
  }
  if (base === undefined || base === '') throw nothingToServe(answer, refusal);
  policies.use(base);
  if (refusal !== undefined) return policies.report({ type: 'configuration.refused', error: refusal });
  const error = 'error' in answer ? answer.error : new Error('no configuration has been deployed yet');
  policies.report({ type: 'configuration.unavailable', error });
}

function nothingToServe(answer: Answer, refusal: unknown): unknown {
  if (refusal !== undefined) return refusal;
  const error = 'error' in answer ? answer.error : undefined;
  const seen = error instanceof Error ? `${error.name}: ${error.message}` : 'no configuration has been deployed yet';
  return new ConfigurationError(
    'the function cannot start without its configuration',
    [
      `AppConfig gave none (${seen}), and ${VARIABLE} is not set, as for a document that is too large for it: see that the function ` +
        'may call appconfig:StartConfigurationSession and appconfig:GetLatestConfiguration and can reach AppConfig, or raise options.startTimeoutMs',
    ],
    error,
  );
}
