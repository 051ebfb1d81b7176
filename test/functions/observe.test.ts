// What the functions write: read from the standard output of a process of its own, as CloudWatch would.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

const LIB = pathToFileURL(join(import.meta.dirname, '../../')).href;

/** Runs code with a logger and metrics of the parse function. @returns the lines it wrote to either stream */
function linesOf(code: string, env: NodeJS.ProcessEnv = {}): Record<string, unknown>[] {
  const script = `
    import { createLogger, createMetrics } from '${LIB}functions/observe.ts';
    import { MailferryError } from '${LIB}lib/core/errors.ts';
    const logger = createLogger('parse');
    const metrics = createMetrics('parse');
    ${code}`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env,
  });
  assert.equal(status, 0, stderr);
  return `${stdout}${stderr}`
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const SECRETS = ['ann@example.com', 'hunter2', 'AWS4-HMAC-SHA256', 'c2VjcmV0'];

/** As the AWS SDK's: with the request, its headers, and a cause of its own. */
const SDK_ERROR = `
  const inner = new Error('of ann@example.com', { cause: { password: 'hunter2' } });
  const sdk = Object.assign(new Error('SDK said hunter2', { cause: inner }), {
    $response: { headers: { authorization: 'AWS4-HMAC-SHA256 x' } }, user: 'ann@example.com', token: 'c2VjcmV0' });`;

test('an error of ours is logged by code and message, and nothing of what caused it', () => {
  const lines = linesOf(`${SDK_ERROR}
    const error = new MailferryError('cannot read object x', {
      code: 'ARCHIVE_UNREADABLE', scope: 'account', retryable: true, hint: 'try again', cause: sdk });
    logger.error('one', error);
    logger.error('two', { error });
    logger.error('three', { deep: [{ er: error }] });
    logger.warn({ message: 'four', error });
    logger.error('five', error, { more: error });`);
  assert.equal(lines.length, 5);
  assert.deepEqual(lines[0]?.['error'], {
    name: 'MailferryError',
    code: 'ARCHIVE_UNREADABLE',
    scope: 'account',
    retryable: true,
    message: 'cannot read object x',
    hint: 'try again',
  });
  for (const line of lines) {
    const text = JSON.stringify(line);
    assert.match(text, /cannot read object x/);
    for (const secret of SECRETS) assert.ok(!text.includes(secret), `${secret} in ${text}`);
  }
});

test('of an error nobody foresaw the stack is logged, and neither its cause nor what it carries', () => {
  const [line] = linesOf(`${SDK_ERROR}
    logger.error('failed', Object.assign(new TypeError('x is not a function', { cause: sdk }), sdk));`);
  const error = line?.['error'] as Record<string, unknown>;
  assert.deepEqual(Object.keys(error), ['name', 'message', 'stack']);
  assert.match(String(error['stack']), /^TypeError: x is not a function\n +at /);
  const text = JSON.stringify(line);
  for (const secret of SECRETS) assert.ok(!text.includes(secret), `${secret} in ${text}`);
});

test('several errors in one, and one that is the cause of a plain object, say no more', () => {
  const lines = linesOf(`${SDK_ERROR}
    const both = new AggregateError([sdk, inner], 'both failed');
    logger.error('failed', both);
    logger.error('failed', { cause: new MailferryError('m', {
      code: 'TIME_UP', scope: 'session', retryable: true, cause: both }) });`);
  const text = JSON.stringify(lines);
  assert.match(text, /both failed/);
  for (const secret of SECRETS) assert.ok(!text.includes(secret), `${secret} in ${text}`);
});

test('metrics go out once for an invocation, by service and no other dimension, with their own unit', () => {
  const [line, ...more] = linesOf(`
    metrics.count('MessagesParsed');
    metrics.count('MessagesParsed', 2);
    metrics.count('ParseFailures', 3);
    metrics.publish();
    metrics.publish();`);
  assert.deepEqual(more, []);
  const { _aws, ...values } = line as { _aws: { CloudWatchMetrics: unknown } };
  assert.deepEqual(values, { service: 'parse', MessagesParsed: [1, 2], ParseFailures: 3 });
  assert.deepEqual(_aws.CloudWatchMetrics, [
    {
      Namespace: 'Mailferry',
      Dimensions: [['service']],
      Metrics: [
        { Name: 'MessagesParsed', Unit: 'Count' },
        { Name: 'ParseFailures', Unit: 'Count' },
      ],
    },
  ]);
});

test('an invocation in which nothing is counted writes nothing', () => {
  assert.deepEqual(linesOf('metrics.publish();'), []);
});

test('the first invocation of an environment is a cold start, the next is none', () => {
  const lines = linesOf('metrics.captureColdStartMetric(); metrics.captureColdStartMetric();', {
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  });
  assert.deepEqual(
    lines.map(({ ColdStart, service }) => ({ ColdStart, service })),
    [{ ColdStart: 1, service: 'parse' }],
  );
});

test('a log line carries its facts and the service, and what is below the level is not written', () => {
  const [line, ...more] = linesOf(`
    logger.debug('nobody reads this');
    logger.info('stored', { sha256: 'abc', size: 12 });`);
  assert.deepEqual(more, []);
  const { message, level, service, sha256, size } = line ?? {};
  assert.deepEqual(
    { message, level, service, sha256, size },
    { message: 'stored', level: 'INFO', service: 'parse', sha256: 'abc', size: 12 },
  );
});
