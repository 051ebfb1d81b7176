// The metrics that alarms and the dashboard look at: the functions' own, by the names they send them under, and AWS's.

import type { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { METRIC_NAMESPACE, SERVICE_DIMENSION } from '../functions/metrics.ts';
import type { MetricName, Service } from '../functions/metrics.ts';

/** Summed over the period. */
export function counted<Of extends Service>(service: Of, name: MetricName<Of>, period: Duration): Metric {
  return own(service, name, period, Stats.SUM);
}

/** The highest of the period. */
export function highest<Of extends Service>(service: Of, name: MetricName<Of>, period: Duration): Metric {
  return own(service, name, period, Stats.MAXIMUM);
}

function own(service: Service, metricName: string, period: Duration, statistic: string): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { [SERVICE_DIMENSION]: service },
    statistic,
    period,
  });
}

/** Invocations of its own that Lambda dropped as a loop. CDK has no name for it. */
export function droppedAsLoop(fn: LambdaFunction, period: Duration): Metric {
  return new Metric({
    namespace: 'AWS/Lambda',
    metricName: 'RecursiveInvocationsDropped',
    dimensionsMap: { FunctionName: fn.functionName },
    statistic: Stats.SUM,
    period,
  });
}

/** Invocations of any of them that Lambda had no room for. */
export function throttledTogether(fns: readonly LambdaFunction[], period: Duration): IMetric {
  const usingMetrics = Object.fromEntries(
    fns.map((fn, index) => [`f${index}`, fn.metricThrottles({ period })]),
  );
  const expression = Object.keys(usingMetrics).join(' + ');
  return new MathExpression({ expression, usingMetrics, period, label: 'Throttles' });
}
