import type { Duration } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { ResilienceAlarmOptions, ResilienceAlarmSettings } from '../alarm-options';
import type { ResilienceMetrics } from '../resilience-metrics';
import type { IResilient } from '../resilient';

/** A kind of alarm, as the settings call it. */
export type AlarmKind = keyof ResilienceAlarmSettings;

/** What the alarms of a function are made of. */
export interface AlarmContext {
  readonly resilient: IResilient;
  readonly metrics: ResilienceMetrics;
  readonly settings: ResilienceAlarmSettings;
  readonly deadLetterQueues: readonly sqs.IQueue[];
  readonly healthChecks: readonly string[];
}

/** One thing that an alarm of a kind watches. */
export interface AlarmSubject {
  /** Tells it from others of its kind, in ids and for callers; empty where there is but one. */
  readonly name: string;
  /** What is wrong when the alarm rings, as a sentence without its end. */
  readonly says: string;
  readonly metric: cloudwatch.IMetric;
  /** In place of that of the kind. */
  readonly threshold?: number;
}

/** When an alarm rings. */
export interface AlarmRule {
  readonly threshold: number;
  readonly period: Duration;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
}

/** A kind of alarm: when it rings by default, and what it watches. */
export interface AlarmDefinition {
  readonly kind: AlarmKind;
  /** In ids of constructs: never changed, because alarms would be replaced. */
  readonly id: string;
  readonly defaults: AlarmRule;
  subjects(context: AlarmContext, period: Duration): readonly AlarmSubject[];
}

/** The options of a kind, as given; without its own, none. */
export function optionsOf({ settings }: Pick<AlarmContext, 'settings'>, kind: AlarmKind): ResilienceAlarmOptions {
  return settings[kind] ?? {};
}

/** When the alarms of a kind ring: as set, else as by default. */
export function ruleOf({ kind, defaults }: AlarmDefinition, context: Pick<AlarmContext, 'settings'>): AlarmRule {
  const { threshold, period, evaluationPeriods, datapointsToAlarm } = optionsOf(context, kind);
  const periods = evaluationPeriods ?? defaults.evaluationPeriods;
  return {
    threshold: threshold ?? defaults.threshold,
    period: period ?? defaults.period,
    evaluationPeriods: periods,
    datapointsToAlarm: datapointsToAlarm ?? Math.min(defaults.datapointsToAlarm, periods),
  };
}
