// Wakes the dispatcher each minute, by EventBridge Scheduler. (A rule with a schedule could do it too; AWS calls those legacy.)
// At least once and about on time is enough: the dispatcher knows by its cursor what is still to be done.

import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';

/** The least there is. Scheduler's own default is to try again 185 times in 24 hours: yesterday's ticks. */
const MAX_AGE_SECONDS = 60;

export class MinuteTick extends Construct {
  constructor(scope: Construct, id: string, target: LambdaFunction) {
    super(scope, id);
    const { account } = Stack.of(this);
    const role = new Role(this, 'Role', {
      // On behalf of schedules of this account only.
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({
        sid: 'InvokeDispatch',
        actions: ['lambda:InvokeFunction'],
        resources: [target.functionArn],
      }),
    );
    const schedule = new CfnSchedule(this, 'Schedule', {
      description: 'Mailferry: each minute',
      scheduleExpression: 'rate(1 minute)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: target.functionArn,
        roleArn: role.roleArn,
        retryPolicy: { maximumRetryAttempts: 1, maximumEventAgeInSeconds: MAX_AGE_SECONDS },
      },
    });
    schedule.node.addDependency(role);
  }
}
