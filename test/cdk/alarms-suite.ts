// That somebody is told, and that no alarm waits for a metric that nobody sends.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METRIC_NAMESPACE, METRICS, SERVICE_DIMENSION } from '../../functions/metrics.ts';
import type { Properties, Synthesized } from './synthesized.ts';
import { plainId } from './synthesized.ts';

const EXPECTED = [
  'AccountsStale',
  'ArchiveCorrupt',
  'AuthFailures',
  'DispatchErrors',
  'DispatchSilent',
  'DrainDeadLetters',
  'DrainErrors',
  'DrainQueueLate',
  'DrainsStalled',
  'LeaseLost',
  'LoopCutOff',
  'MessagesQuarantined',
  'MinutesMissed',
  'ParseDeadLetters',
  'ParseErrors',
  'ParseFailures',
  'ParseQueueLate',
  'ParseRecordsRefused',
  'PollDeadLetters',
  'PollErrors',
  'PollQueueLate',
  'RunsStopped',
  'Throttles',
];

export function testAlarms(stack: Synthesized): void {
  const alarms = stack.ofType('AWS::CloudWatch::Alarm').map(([id, { Properties: alarm }]) => ({
    name: plainId(id).replace('ImporterAlarms', ''),
    alarm,
  }));
  const topic = stack.find('ImporterAlarmsTopic');

  test('there is an alarm for all that a person has to know of, and each says what it means', () => {
    assert.deepEqual(alarms.map(({ name }) => name).sort(), EXPECTED);
    for (const { name, alarm } of alarms) {
      assert.ok(String(alarm['AlarmDescription']).length > 30, name);
      assert.deepEqual(alarm['AlarmActions'], [{ Ref: topic.id }], name);
    }
  });

  test('an alarm on a metric of ours asks for one that the function sends, under the name and dimension it sends it', () => {
    const own = alarms.filter(({ alarm }) => alarm['Namespace'] === METRIC_NAMESPACE);
    assert.equal(own.length, 10);
    for (const { name, alarm } of own) {
      const [dimension, ...others] = alarm['Dimensions'] as Properties[];
      assert.deepEqual(others, [], name);
      assert.equal(dimension?.['Name'], SERVICE_DIMENSION);
      const metrics: Properties = METRICS[dimension?.['Value'] as keyof typeof METRICS];
      assert.ok(name in metrics, name);
      assert.equal(alarm['MetricName'], name, 'an alarm is called as what it is about');
    }
  });

  test('the dashboard shows only metrics that are sent', () => {
    const body = JSON.stringify(
      stack.ofType('AWS::CloudWatch::Dashboard')[0]?.[1].Properties['DashboardBody'],
    );
    const sent = Object.values(METRICS).flatMap((metrics) => Object.keys(metrics));
    const shown = [...body.matchAll(/"Mailferry\\*",\\*"(\w+)\\*"/g)].map(([, name]) => name ?? '');
    assert.ok(shown.length > 15, `${shown.length} metrics`);
    assert.deepEqual(
      shown.filter((name) => !sent.includes(name)),
      [],
    );
  });

  test('every alarm but the one for silence is quiet while nothing happens', () => {
    for (const { name, alarm } of alarms) {
      const isSilence = name === 'DispatchSilent';
      assert.equal(alarm['TreatMissingData'], isSilence ? 'breaching' : 'notBreaching', name);
      assert.equal(
        alarm['ComparisonOperator'],
        isSilence ? 'LessThanThreshold' : 'GreaterThanOrEqualToThreshold',
        name,
      );
      assert.ok(Number(alarm['Threshold']) >= 1, name);
    }
  });

  test('accounts that keep failing are told of within the hour, a server that was away for minutes is not', () => {
    for (const { name, alarm } of alarms) {
      const { Period, EvaluationPeriods, DatapointsToAlarm } = alarm;
      const times = [Period, DatapointsToAlarm, EvaluationPeriods];
      if (name === 'RunsStopped') assert.deepEqual(times, [900, 3, 4]);
      else assert.deepEqual(times.slice(1), [1, 1], name);
    }
  });

  test('each dead letter, a dropped loop and a refused password are told at once', () => {
    for (const name of [
      'PollDeadLetters',
      'DrainDeadLetters',
      'ParseDeadLetters',
      'LoopCutOff',
      'AuthFailures',
    ]) {
      const alarm = alarms.find((one) => one.name === name)?.alarm;
      assert.equal(alarm?.['Threshold'], 1, name);
      assert.ok(Number(alarm?.['Period']) <= 900, name);
    }
    const loop = alarms.find(({ name }) => name === 'LoopCutOff')?.alarm;
    assert.deepEqual(loop?.['Dimensions'], [
      { Name: 'FunctionName', Value: { Ref: stack.find('ImporterFunctionsDrainLambda').id } },
    ]);
  });

  test('an alarm on a queue or a function is about the one it is named for', () => {
    for (const queue of ['Poll', 'Drain', 'Parse']) {
      for (const [suffix, name, metric] of [
        ['DeadLetters', `${queue}DeadLetters`, 'ApproximateNumberOfMessagesVisible'],
        ['QueueLate', queue, 'ApproximateAgeOfOldestMessage'],
      ] as const) {
        const alarm = alarms.find((one) => one.name === `${queue}${suffix}`)?.alarm;
        const { id } = stack.find(`ImporterQueues${name}`);
        assert.equal(alarm?.['MetricName'], metric);
        assert.deepEqual(alarm['Dimensions'], [
          { Name: 'QueueName', Value: { 'Fn::GetAtt': [id, 'QueueName'] } },
        ]);
      }
    }
    for (const fn of ['Dispatch', 'Poll', 'Drain', 'Parse']) {
      const alarm = alarms.find(({ name }) => name === `${fn}Errors`)?.alarm;
      assert.equal(alarm?.['MetricName'], 'Errors');
      const { id } = stack.find(`ImporterFunctions${fn}Lambda`);
      assert.deepEqual(alarm['Dimensions'], [{ Name: 'FunctionName', Value: { Ref: id } }]);
    }
    const silence = alarms.find(({ name }) => name === 'DispatchSilent')?.alarm;
    const dispatch = stack.find('ImporterFunctionsDispatchLambda').id;
    assert.equal(silence?.['MetricName'], 'Invocations');
    assert.deepEqual(silence['Dimensions'], [{ Name: 'FunctionName', Value: { Ref: dispatch } }]);
  });

  test('the topic takes alarms of this account, and nothing without TLS', () => {
    const policy = stack.find('ImporterAlarmsTopicPolicy').Properties['PolicyDocument'] as Properties;
    const [tls, alarm] = policy['Statement'] as Properties[];
    assert.deepEqual(tls?.['Condition'], { Bool: { 'aws:SecureTransport': 'false' } });
    assert.deepEqual(alarm?.['Principal'], { Service: 'cloudwatch.amazonaws.com' });
    assert.match(JSON.stringify(alarm?.['Condition']), /AWS::AccountId.*:alarm:\*/);
  });
}
