import { Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { CONTRACT } from './contract';
import { HALF_WIDTH, type DashboardRow } from './dashboard-row';
import { logGroupNameOf } from './monitored-function';

type LogEvent = keyof typeof CONTRACT.logs;

const REFUSALS: readonly LogEvent[] = [
  'circuit.refused',
  'circuit.fallback',
  'limit.refused',
  'limit.would_refuse',
  'bulkhead.refused',
  'shedding.refused',
  'shedding.would_refuse',
];
const CHANGES: readonly LogEvent[] = [
  'circuit.opened',
  'circuit.half_opened',
  'circuit.closed',
  'limit.changed',
  'limit.split',
  'bulkhead.resized',
  'shedding.started',
  'shedding.ended',
  'health.unhealthy',
  'health.healthy',
];

const quoted = (events: readonly LogEvent[]) => events.map((event) => `"${event}"`).join(', ');

/** Tenants are in lines, never dimensions. A line stands for those that were held back before it. */
const TENANTS = [
  'fields coalesce(tenant_id, tenant, "unknown") as who, coalesce(suppressed, 0) + 1 as calls',
  `filter event in [${quoted(REFUSALS)}]`,
  'stats sum(calls) as times by who, event, name',
  'sort times desc',
  'limit 10',
];

const LATEST = ['fields @timestamp, event, name, message', `filter event in [${quoted(CHANGES)}]`, 'sort @timestamp desc', 'limit 20'];

/** What only lines can tell: who is refused most, and what has changed of late. */
export const logRows: DashboardRow = ({ resilient }) => {
  const logGroupNames = [logGroupNameOf(resilient.protectedFunction)];
  const { region } = Stack.of(resilient.protectedFunction);
  const list = (title: string, queryLines: string[]) => new cloudwatch.LogQueryWidget({ ...HALF_WIDTH, title, logGroupNames, region, queryLines });
  return [[list('Refused most, by tenant', TENANTS), list('Latest changes', LATEST)]];
};
