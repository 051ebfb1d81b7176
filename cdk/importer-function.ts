// One Lambda function with a role and a log group of its own. The role can write to the log group, and nothing else until it
// is told: no managed policy, no right on anything that is not named.

import { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import { Effect, Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Conditions } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  EventSourceMapping,
  Function as LambdaFunction,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import type { Code, FunctionOptions } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { Placement } from './network.ts';
import type { FunctionSize, QueueSize } from './sizes.ts';

export interface ImporterFunctionProps {
  readonly description: string;
  readonly code: Code;
  readonly handler: string;
  readonly size: FunctionSize;
  /** See functions/environment.ts. Nothing secret: references at most. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logRetention: RetentionDays;
  /** `undefined`: AWS's own network. */
  readonly placement: Placement | undefined;
  readonly more?: Pick<
    FunctionOptions,
    'recursiveLoop' | 'reservedConcurrentExecutions' | 'retryAttempts' | 'maxEventAge'
  >;
}

export interface Grant {
  /** Letters and digits: what it is for. */
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Conditions;
}

const NETWORK_ACTIONS = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

export class ImporterFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: ImporterFunctionProps) {
    super(scope, id);
    const { size, placement } = props;
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const logGroup = new LogGroup(this, 'Logs', {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.allow({
      sid: 'Log',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
    });
    if (placement !== undefined) this.allow(attachToNetwork());
    this.lambda = new LambdaFunction(this, 'Lambda', {
      description: props.description,
      code: props.code,
      handler: props.handler,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: size.memoryMegabytes,
      timeout: Duration.seconds(size.timeoutSeconds),
      ephemeralStorageSize: Size.mebibytes(size.temporaryMegabytes),
      environment: { ...props.environment },
      role: this.role,
      logGroup,
      ...placement,
      ...props.more,
    });
    if (placement !== undefined) this.#keepNetworkFromCode();
  }

  allow(grant: Grant): void {
    this.role.addToPolicy(toStatement(grant));
  }

  /** In a policy of its own: CDK splits one that it thinks too large into managed ones, which nobody else here needs. */
  allowApart(id: string, grants: readonly Grant[]): void {
    if (grants.length > 0)
      void new Policy(this, id, { roles: [this.role], statements: grants.map(toStatement) });
  }

  /** The rights are Lambda's, to attach the function to its network; its code has no use for them. */
  #keepNetworkFromCode(): void {
    void new Policy(this, 'NetworkIsNotForCode', {
      roles: [this.role],
      statements: [
        new PolicyStatement({
          sid: 'NetworkIsNotForCode',
          effect: Effect.DENY,
          actions: NETWORK_ACTIONS,
          resources: ['*'],
          conditions: { ArnEquals: { 'lambda:SourceFunctionArn': this.lambda.functionArn } },
        }),
      ],
    });
    acknowledge(
      this,
      'AwsSolutions-IAM5[Resource::*]',
      'EC2 wants it for the network interfaces of a function.',
    );
  }

  /** @param maxConcurrency invocations at a time, from 2 */
  consume(queue: IQueue, size: QueueSize, maxConcurrency: number): EventSourceMapping {
    this.allow({
      sid: 'ReceiveMessages',
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      resources: [queue.queueArn],
    });
    return new EventSourceMapping(this, 'Source', {
      target: this.lambda,
      eventSourceArn: queue.queueArn,
      batchSize: size.batchSize,
      ...(size.batchWindowSeconds === 0
        ? {}
        : { maxBatchingWindow: Duration.seconds(size.batchWindowSeconds) }),
      maxConcurrency,
      reportBatchItemFailures: true,
    });
  }
}

function toStatement({ sid, actions, resources, conditions }: Grant): PolicyStatement {
  return new PolicyStatement({
    sid,
    actions: [...actions],
    resources: [...resources],
    ...(conditions === undefined ? {} : { conditions }),
  });
}

function attachToNetwork(): Grant {
  return { sid: 'AttachToNetwork', actions: NETWORK_ACTIONS, resources: ['*'] };
}
