// Who is told when something needs a person: an alarm for each entry of watches.ts, to one topic.

import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { ImporterFunctions } from './functions.ts';
import type { MailQueues } from './queues.ts';
import { allWatches } from './watches.ts';

export interface ImporterAlarmsProps {
  readonly functions: ImporterFunctions;
  readonly queues: MailQueues;
  /** Default: one of its own. */
  readonly topic: ITopic | undefined;
}

export class ImporterAlarms extends Construct {
  readonly topic: ITopic;
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: ImporterAlarmsProps) {
    super(scope, id);
    this.topic = props.topic ?? createTopic(this);
    const action = new SnsAction(this.topic);
    this.alarms = allWatches(props.functions, props.queues).map(
      ({ id, means, metric, threshold, below = false, lasting = { periods: 1, of: 1 } }) => {
        const alarm = new Alarm(this, id, {
          alarmDescription: means,
          metric,
          threshold,
          evaluationPeriods: lasting.of,
          datapointsToAlarm: lasting.periods,
          comparisonOperator: below
            ? ComparisonOperator.LESS_THAN_THRESHOLD
            : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
          treatMissingData: below ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
        });
        alarm.addAlarmAction(action);
        return alarm;
      },
    );
  }
}

function createTopic(scope: Construct): Topic {
  const topic = new Topic(scope, 'Topic', { displayName: 'Mailferry', enforceSSL: true });
  const stack = Stack.of(scope);
  const alarms = { service: 'cloudwatch', resource: 'alarm', resourceName: '*' };
  // With a policy of its own the topic knows nobody any more.
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AlarmsOfThisAccount',
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: {
        ArnLike: {
          'aws:SourceArn': stack.formatArn({ ...alarms, arnFormat: ArnFormat.COLON_RESOURCE_NAME }),
        },
      },
    }),
  );
  return topic;
}
