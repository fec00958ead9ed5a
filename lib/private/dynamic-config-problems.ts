import { Token } from 'aws-cdk-lib';
import type { DynamicConfigOptions } from '../dynamic-config-options';
import { isRecord, objectProblems, optionsProblems, outline } from './option-problem';

/** The most alarms that an AppConfig environment watches. */
const MAXIMUM_ALARMS = 5;

const OPTIONS: Readonly<Record<keyof Required<DynamicConfigOptions>, (path: string, value: unknown) => string[]>> = {
  application: (path, value) => resourceProblems(path, value, 'applicationId', 'an application'),
  deploymentStrategy: (path, value) => resourceProblems(path, value, 'deploymentStrategyId', 'a deployment strategy'),
  rollbackAlarms: alarmProblems,
};

/** Every problem of where the configuration is kept, from a caller who may not have a compiler. */
export function dynamicConfigProblems(declared: unknown): string[] {
  return objectProblems('dynamicConfig', declared, memberProblems, 'set an object of options, {} for the defaults, or leave it out');
}

function memberProblems(path: string, options: Readonly<Record<string, unknown>>): string[] {
  const problems = Object.entries(OPTIONS).flatMap(([name, check]) => {
    const value = options[name];
    return value === undefined ? [] : check(`${path}.${name}`, value);
  });
  return [...optionsProblems(new Map(), path, options, Object.keys(OPTIONS)), ...problems];
}

/** Every problem of a list of alarms that are to take a configuration back. */
export function alarmProblems(path: string, alarms: unknown): string[] {
  if (!Array.isArray(alarms) || Token.isUnresolved(alarms)) return [`${path} is ${outline(alarms)}: set a list of alarms`];
  const listed: readonly unknown[] = alarms;
  const wrong = listed.flatMap((alarm, index) => (hasText(alarm, 'alarmArn') ? [] : [`${path}[${index}] is ${outline(alarm)}: set an alarm of aws-cloudwatch`]));
  if (listed.length <= MAXIMUM_ALARMS) return wrong;
  return [...wrong, `${path} has ${listed.length} entries: set at most ${MAXIMUM_ALARMS}, which is what AppConfig watches, or one composite alarm of them`];
}

function resourceProblems(path: string, value: unknown, attribute: string, noun: string): string[] {
  return hasText(value, attribute) ? [] : [`${path} is ${outline(value)}: set ${noun} of aws-appconfig`];
}

/** Recognised by its members: an application may hold several copies of aws-cdk-lib, where `instanceof` fails. */
function hasText(value: unknown, attribute: string): boolean {
  return isRecord(value) && typeof value[attribute] === 'string';
}
