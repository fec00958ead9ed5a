import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';

/** What CloudWatch takes on one dashboard: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html. */
const MAXIMUM_WIDGETS = 500;
const MAXIMUM_METRICS = 2500;

/** Why CloudWatch would refuse a dashboard with these widgets. */
export function contentProblems(path: string, widgets: readonly cloudwatch.IWidget[]): string[] {
  const metrics = widgets.reduce((sum, widget) => sum + metricsIn(widget), 0);
  const remedy = 'spread the functions over several dashboards';
  return [
    ...(widgets.length > MAXIMUM_WIDGETS ? [`${path} has ${widgets.length} widgets, and CloudWatch takes ${MAXIMUM_WIDGETS}: ${remedy}`] : []),
    ...(metrics > MAXIMUM_METRICS ? [`${path} has ${metrics} metrics, and CloudWatch takes ${MAXIMUM_METRICS}: ${remedy}`] : []),
  ];
}

function metricsIn(widget: cloudwatch.IWidget): number {
  const [body] = widget.toJson() as { properties: { metrics?: unknown[] } }[];
  return body?.properties.metrics?.length ?? 0;
}
