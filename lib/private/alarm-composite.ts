import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

/** CloudWatch takes 100 alarms and 10,240 characters in a rule; an alarm is named in up to 255. */
const ALARMS_PER_RULE = 40;

/** One alarm that rings while any of several does; where these are too many for one rule, by way of others. */
export function compositeOf(scope: Construct, id: string, alarms: readonly cloudwatch.IAlarm[], alarmDescription: string): cloudwatch.CompositeAlarm {
  const children = alarms.length <= ALARMS_PER_RULE ? alarms : groupsOf(scope, id, alarms, alarmDescription);
  const composite = new cloudwatch.CompositeAlarm(scope, id, { alarmRule: cloudwatch.AlarmRule.anyOf(...children), alarmDescription });
  // CDK makes a name of the construct's path, which two stacks of one account may share.
  (composite.node.defaultChild as cloudwatch.CfnCompositeAlarm).addPropertyDeletionOverride('AlarmName');
  return composite;
}

function groupsOf(scope: Construct, id: string, alarms: readonly cloudwatch.IAlarm[], alarmDescription: string): cloudwatch.CompositeAlarm[] {
  const groups = Array.from({ length: Math.ceil(alarms.length / ALARMS_PER_RULE) }, (_, index) => index * ALARMS_PER_RULE);
  return groups.map((from, index) => compositeOf(scope, `${id}${index + 1}`, alarms.slice(from, from + ALARMS_PER_RULE), alarmDescription));
}
