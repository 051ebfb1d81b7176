// What the functions say of themselves: log lines for people and numbers for alarms, in CloudWatch's own forms (JSON, EMF).
// An error is logged by its own words only: its cause may hold what a server or an SDK said, and so an address or a token.

import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { MailferryError } from '../lib/core/errors.ts';
import { METRIC_NAMESPACE, METRICS } from './metrics.ts';
import type { MetricName, Service } from './metrics.ts';

/** Any Error among what is logged, however deep, comes out as `errorFacts` of it. Level: POWERTOOLS_LOG_LEVEL, default INFO. */
export function createLogger(service: Service): Logger {
  return new Logger({
    serviceName: service,
    jsonReplacerFn: (_key, value: unknown) => (value instanceof Error ? errorFacts(value) : value),
  });
}

/** Once for a process, outside the handler: only the first invocation of an environment counts as `ColdStart`. */
export function createMetrics<Of extends Service>(service: Of): ServiceMetrics<Of> {
  return new ServiceMetrics(service);
}

/** `service` is the only dimension: one by account would cost more than the account does. */
export class ServiceMetrics<Of extends Service> extends Metrics {
  readonly #units: Readonly<Record<string, 'Count' | 'Seconds' | 'Bytes'>>;

  constructor(service: Of) {
    super({ namespace: METRIC_NAMESPACE, serviceName: service });
    this.#units = METRICS[service];
  }

  count(name: MetricName<Of> & string, value = 1): void {
    this.addMetric(name, this.#units[name] ?? 'Count', value);
  }

  /** At the end of every invocation, in a `finally`. Writes nothing if nothing was counted. */
  publish(): void {
    if (this.hasStoredMetrics()) this.publishStoredMetrics();
  }
}

/**
 * What may be known of an error. Ours promise that their message has neither secret nor mail in it; of others the stack is
 * needed to find the mistake, and their message goes with it. Never `cause`, nor anything else an error carries.
 */
export function errorFacts(error: Error): Readonly<Record<string, unknown>> {
  const { name, message } = error;
  if (!(error instanceof MailferryError)) return { name, message, stack: error.stack };
  const { code, scope, retryable, hint } = error;
  return { name, code, scope, retryable, message, hint };
}
