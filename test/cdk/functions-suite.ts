// The functions and their queues, and that their times fit each other.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VARIABLES } from '../../functions/environment.ts';
import { readDispatchSettings, readFetchSettings, readParseSettings } from '../../functions/environment.ts';
import type { Environment } from '../../functions/environment.ts';
import { LEASE_GRACE_MS } from '../../functions/fetch/lease-to-end.ts';
import { STALE_DRAIN_MS } from '../../lib/core/drain.ts';
import type { Properties, Synthesized } from './synthesized.ts';

/** The tick's period: a dispatcher must be done by the next. */
const TICK_SECONDS = 60;
const CONSUMERS = { Poll: 'Poll', Drain: 'Drain', Parse: 'Parse' } as const;

/** Between the queue's giving a message out and the invocation's beginning. */
const MARGIN_MS = 30_000;

export function testFunctions(stack: Synthesized): void {
  const lambdaOf = (name: string): Properties => stack.find(`ImporterFunctions${name}Lambda`).Properties;
  const queueOf = (name: string): Properties => stack.find(`ImporterQueues${name}`).Properties;
  const sourceOf = (name: string): Properties => stack.find(`ImporterFunctions${name}Source`).Properties;
  const lambdas = stack.ofType('AWS::Lambda::Function');

  test('every function runs Node 24 on arm64, with a log group of its own that forgets after 30 days', () => {
    assert.equal(lambdas.length, 5);
    const groups = new Set<string>();
    for (const [id, { Properties: lambda }] of lambdas) {
      assert.equal(lambda['Runtime'], 'nodejs24.x', id);
      assert.deepEqual(lambda['Architectures'], ['arm64'], id);
      const group = String((lambda['LoggingConfig'] as Properties)['LogGroup'].Ref);
      groups.add(group);
      assert.equal(stack.resources[group]?.Properties['RetentionInDays'], 30, id);
    }
    assert.equal(groups.size, lambdas.length);
  });

  test('every function has a role of its own', () => {
    const roles = lambdas.map(([, { Properties: lambda }]) => JSON.stringify(lambda['Role']));
    assert.equal(new Set(roles).size, lambdas.length);
  });

  test('polls and drains are two handlers of one bundle', () => {
    assert.equal(lambdaOf('Poll')['Handler'], 'index.poll');
    assert.equal(lambdaOf('Drain')['Handler'], 'index.drain');
    assert.deepEqual(lambdaOf('Poll')['Code'], lambdaOf('Drain')['Code']);
    for (const name of ['Dispatch', 'Parse']) assert.equal(lambdaOf(name)['Handler'], 'index.handler');
  });

  for (const name of Object.values(CONSUMERS)) {
    test(`a message of the ${name} queue stays with one invocation until that has ended`, () => {
      const heldSeconds =
        Number(lambdaOf(name)['Timeout']) + Number(sourceOf(name)['MaximumBatchingWindowInSeconds'] ?? 0);
      assert.ok(heldSeconds < Number(queueOf(name)['VisibilityTimeout']));
    });

    test(`the ${name} queue gives up on a message in the end, and what it gave up stays for two weeks`, () => {
      const { deadLetterTargetArn: target, maxReceiveCount } = queueOf(name)['RedrivePolicy'] as Properties;
      const letters = stack.find(`ImporterQueues${name}DeadLetters`);
      assert.equal(maxReceiveCount, 5);
      assert.deepEqual(target, { 'Fn::GetAtt': [letters.id, 'Arn'] });
      assert.equal(letters.Properties['MessageRetentionPeriod'], 14 * 24 * 3600);
      // SQS takes no other pair.
      assert.equal(letters.Properties['FifoQueue'], queueOf(name)['FifoQueue']);
    });

    test(`the ${name} function answers for each message, and not more invocations run than are allowed`, () => {
      const source = sourceOf(name);
      assert.deepEqual(source['FunctionResponseTypes'], ['ReportBatchItemFailures']);
      assert.deepEqual(source['ScalingConfig'], { MaximumConcurrency: 10 });
      assert.deepEqual(source['EventSourceArn'], {
        'Fn::GetAtt': [stack.find(`ImporterQueues${name}`).id, 'Arn'],
      });
      assert.deepEqual(source['FunctionName'], { Ref: stack.find(`ImporterFunctions${name}Lambda`).id });
    });
  }

  test('every queue is encrypted and refuses whoever comes without TLS', () => {
    const queues = stack.ofType('AWS::SQS::Queue');
    assert.equal(queues.length, 6);
    for (const [id, { Properties: queue }] of queues) {
      assert.equal(queue['SqsManagedSseEnabled'], true, id);
      const policy = stack
        .ofType('AWS::SQS::QueuePolicy')
        .find(([, { Properties: own }]) => own['Queues'][0].Ref === id);
      const [, { Properties: own }] = policy ?? assert.fail(`${id} has no policy`);
      const [first] = (own['PolicyDocument'] as Properties)['Statement'] as Properties[];
      assert.equal(first?.['Effect'], 'Deny', id);
      assert.deepEqual(first?.['Condition'], { Bool: { 'aws:SecureTransport': 'false' } }, id);
    }
  });

  test('polls and drains go by account, in order; S3 could send to no such queue, so parsing does not', () => {
    for (const name of ['Poll', 'Drain']) {
      assert.equal(queueOf(name)['FifoQueue'], true);
      assert.equal(queueOf(name)['DeduplicationScope'], 'messageGroup');
      // The senders say what is a repetition: equal bodies are not.
      assert.equal(queueOf(name)['ContentBasedDeduplication'], undefined);
    }
    assert.equal(queueOf('Parse')['FifoQueue'], undefined);
    assert.equal(sourceOf('Poll')['BatchSize'], 10);
    assert.equal(sourceOf('Parse')['BatchSize'], 100);
    assert.equal(sourceOf('Parse')['MaximumBatchingWindowInSeconds'], 10);
    assert.equal(sourceOf('Drain')['BatchSize'], 1);
  });

  test('a drain may send itself its next message for as long as it likes', () => {
    assert.equal(lambdaOf('Drain')['RecursiveLoop'], 'Allow');
    for (const name of ['Dispatch', 'Poll', 'Parse'])
      assert.equal(lambdaOf(name)['RecursiveLoop'], undefined);
  });

  test('a drain whose message was lost is given up only after the message could have come again', () => {
    const visibleAgainMs = Number(queueOf('Drain')['VisibilityTimeout']) * 1000;
    assert.ok(STALE_DRAIN_MS > 2 * visibleAgainMs);
  });

  test('a lease outlives its invocation, and is over when the message comes again', () => {
    for (const name of ['Poll', 'Drain']) {
      const timeoutMs = Number(lambdaOf(name)['Timeout']) * 1000;
      assert.ok(LEASE_GRACE_MS > 0);
      assert.ok(
        timeoutMs + LEASE_GRACE_MS + MARGIN_MS < Number(queueOf(name)['VisibilityTimeout']) * 1000,
        name,
      );
    }
  });

  test('the dispatcher is woken each minute, is done by the next, and a tick that failed is not repeated late', () => {
    const schedule = stack.find('ImporterFunctionsTickSchedule').Properties;
    assert.equal(schedule['ScheduleExpression'], 'rate(1 minute)');
    assert.deepEqual(schedule['FlexibleTimeWindow'], { Mode: 'OFF' });
    const target = schedule['Target'] as Properties;
    assert.deepEqual(target['RetryPolicy'], { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 1 });
    assert.deepEqual(target['Arn'], {
      'Fn::GetAtt': [stack.find('ImporterFunctionsDispatchLambda').id, 'Arn'],
    });
    assert.ok(Number(lambdaOf('Dispatch')['Timeout']) < TICK_SECONDS);
    const asynchronous = stack.find('ImporterFunctionsDispatchLambdaEventInvokeConfig').Properties;
    assert.equal(asynchronous['MaximumRetryAttempts'], 0);
    assert.equal(asynchronous['MaximumEventAgeInSeconds'], 60);
  });

  test('the functions understand what the stack writes into their environment', () => {
    const environmentOf = (name: string): Environment => {
      const variables = (lambdaOf(name)['Environment'] as Properties)['Variables'] as Properties;
      return Object.fromEntries(Object.entries(variables).map(([key, value]) => [key, refOf(value)]));
    };
    const idOf = (name: string): string => stack.find(name).id;
    const [table, rawBucket] = [idOf('ImporterLedger'), idOf('ImporterStorageRaw')];
    const eventBus = idOf('ImporterEvents');
    assert.deepEqual(readDispatchSettings(environmentOf('Dispatch')), {
      table,
      pollQueueUrl: idOf('ImporterQueuesPoll'),
      eventBus,
      staleMs: 26 * 3600 * 1000,
    });
    for (const [name, reserveMs] of [
      ['Poll', 45_000],
      ['Drain', 90_000],
    ] as const) {
      const settings = readFetchSettings(environmentOf(name));
      assert.deepEqual(settings, {
        table,
        rawBucket,
        drainQueueUrl: idOf('ImporterQueuesDrain'),
        eventBus,
        reserveMs,
      });
      assert.ok(reserveMs < (Number(lambdaOf(name)['Timeout']) * 1000) / 2);
    }
    assert.deepEqual(readParseSettings(environmentOf('Parse')), {
      rawBucket,
      derivedBucket: idOf('ImporterStorageDerived'),
      eventBus: undefined,
      publishesMessages: false,
      writesCatalog: true,
    });
  });

  test('no variable has anything secret in it, or a name that nobody knows', () => {
    const known: readonly string[] = Object.values(VARIABLES);
    for (const [id, { Properties: lambda }] of lambdas) {
      const variables = (lambda['Environment'] as Properties)['Variables'] as Properties;
      for (const [name, value] of Object.entries(variables)) {
        assert.ok(known.includes(name), `${id} ${name}`);
        const isReference = typeof value === 'object';
        assert.ok(isReference || /^\d+$|^yes$/.test(String(value)), `${id} ${name}`);
      }
    }
  });
}

function refOf(value: unknown): string {
  return typeof value === 'string' ? value : String((value as Properties)['Ref']);
}
