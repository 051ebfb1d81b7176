// The app that `cdk deploy` runs: what it makes of a configuration and of the command line, and what it says when it cannot.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { createImporterApp } from '../../cdk/importer-app.ts';
import { MailferryError } from '../../lib/core/errors.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import type { TemporaryFolder } from '../support/temporary-folder.ts';
import { SAMPLE_CONFIG } from './sample-accounts.ts';
import { writeStubBundles } from './synthesized.ts';

const APP = resolve('cdk/app.ts');
const CDK = resolve('node_modules/aws-cdk/bin/cdk');
let folder: TemporaryFolder;
let config: string;
let codeFolder: string;

before(async () => {
  folder = await temporaryFolder();
  config = join(folder.path, 'mailferry.yaml');
  codeFolder = writeStubBundles(folder.path);
  writeFileSync(config, SAMPLE_CONFIG);
});

after(async () => {
  await folder[Symbol.asyncDispose]();
});

/** As CDK's command line runs it. */
function runApp(context: Readonly<Record<string, string>>): {
  status: number | null;
  stderr: string;
  out: string;
} {
  const out = join(folder.path, 'out');
  const { status, stderr } = spawnSync(process.execPath, [APP], {
    cwd: folder.path,
    env: { PATH: process.env['PATH'], CDK_OUTDIR: out, CDK_CONTEXT_JSON: JSON.stringify(context) },
    encoding: 'utf8',
  });
  return { status, stderr, out };
}

test('the accounts of mailferry.yaml beside which it runs are deployed', () => {
  const { status, stderr, out } = runApp({ codeFolder });
  assert.equal(status, 0, stderr);
  const template = readFileSync(join(out, 'Mailferry.template.json'), 'utf8');
  assert.match(template, /Custom::MailferryAccounts/);
  assert.match(template, /mailferry\/pop3-\?{6}/);
});

test('what was understood is said, so that a choice that was left out this time is seen', () => {
  const { stderr } = runApp({ codeFolder, polls: '40', staticEgress: 'yes' });
  assert.equal(
    stderr,
    `mailferry: stack Mailferry, 2 accounts of mailferry.yaml; staticEgress=yes polls=40 codeFolder=${codeFolder}\n`,
  );
});

test('a configuration that is not found is no configuration without accounts', () => {
  for (const missing of ['mailferry.yml', join(folder.path, 'nowhere', 'mailferry.yaml')]) {
    const { status, stderr } = runApp({ codeFolder, config: missing });
    assert.equal(status, 1);
    assert.match(stderr, /^mailferry: there is no .* polled no longer\n {2}.*-c config=none/);
  }
});

test('to deploy without accounts has to be said, and takes out those of the deployment before', () => {
  const { status, stderr, out } = runApp({ codeFolder, config: 'none' });
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^mailferry: stack Mailferry, 0 accounts without a configuration;/);
  const template = readFileSync(join(out, 'Mailferry.template.json'), 'utf8');
  assert.match(template, /Custom::MailferryAccounts/);
  assert.doesNotMatch(template, /billing/);
});

test('the accounts are put into the table at each deployment, changed or not', () => {
  const deploymentOf = (): unknown => {
    const { out } = runApp({ codeFolder });
    const text = readFileSync(join(out, 'Mailferry.template.json'), 'utf8');
    return /"Deployment": "([^"]+)"/.exec(text)?.[1] ?? assert.fail('it says nothing of the deployment');
  };
  assert.notEqual(deploymentOf(), deploymentOf());
});

test('a file beside the app is read as CDK does, and nothing of CDK’s own is taken for a choice', () => {
  const chosen = { codeFolder, config, alarmEmail: 'ops@example.com', polls: 20 };
  writeFileSync(join(folder.path, 'cdk.context.json'), JSON.stringify(chosen));
  copyFileSync('cdk.json', join(folder.path, 'cdk.json'));
  const { status, stderr } = spawnSync(
    process.execPath,
    [CDK, 'synth', '--quiet', '--app', `${process.execPath} ${APP}`, '--no-notices', '-c', 'polls=30'],
    { cwd: folder.path, env: { PATH: process.env['PATH'], HOME: folder.path }, encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
  assert.match(stderr, /2 accounts of .*mailferry\.yaml; alarmEmail=ops@example\.com polls=30 codeFolder=/);
});

test('what is wrong with the configuration is said in words, all at once, and ends it', () => {
  const bad = join(folder.path, 'bad.yaml');
  writeFileSync(bad, SAMPLE_CONFIG.replace('secretsmanager:mailferry/pop3#billing', 'env:BILLING_PASSWORD'));
  const { status, stderr } = runApp({ codeFolder, config: bad });
  assert.equal(status, 1);
  assert.match(stderr, /^mailferry: .*\n {2}billing: auth\.password is env/);
  assert.doesNotMatch(stderr, /at .*\.ts:\d+|BILLING_PASSWORD/);
});

test('functions that were not built are asked for', () => {
  const { status, stderr } = runApp({ config, codeFolder: join(folder.path, 'nothing') });
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^mailferry: the code of the functions is not in .*\n {2}make it with: npm run bundle\n$/,
  );
});

test('the command line chooses what is said to be choosable there', () => {
  const context = {
    config,
    codeFolder,
    stackName: 'Archive',
    alarmEmail: 'ops@example.com',
    polls: '40',
    secretFolders: 'mailferry/,teams/',
    objectLockDays: '30',
    isolateParser: 'no',
  };
  const { app, stack } = createImporterApp({ context, outdir: join(folder.path, 'chosen') });
  const text = JSON.stringify(app.synth().getStackByName('Archive').template);
  assert.match(text, /"Mode":"GOVERNANCE","Days":30|"Days":30,"Mode":"GOVERNANCE"/);
  assert.match(text, /"MaximumConcurrency":40/);
  assert.match(text, /ops@example\.com/);
  assert.match(text, /secret:teams\/\*/);
  assert.doesNotMatch(text, /AWS::EC2::VPC/);
  assert.equal(stack.stackName, 'Archive');
});

for (const [name, value, message] of [
  ['staticEgress', 'true', 'the context has staticEgress=true'],
  ['polls', 'many', 'the context has polls=many'],
  ['polls', '2.5', 'the context has polls=2.5'],
  ['polls', '1', 'concurrency.polls is 1'],
  ['polls', '5000', 'concurrency.polls is 5000'],
  ['objectLockDays', '0', 'the context has objectLockDays=0'],
  ['objectLockDays', '40000', 'objectLock.days is 40000'],
  ['alarmEmail', '', 'the context has alarmEmail='],
  ['alarmEmail', 'ops', 'alarmEmail is "ops"'],
  ['stackName', 'my_stack', 'the context has stackName=my_stack'],
  ['secretFolders', 'mailferry', 'secretFolders has "mailferry"'],
  ['staticegress', 'yes', 'the context has staticegress, which means nothing here'],
  ['static-egress', 'yes', 'the context has static-egress, which means nothing here'],
  ['staleHours', '30', 'the context has staleHours, which means nothing here'],
] as const) {
  test(`-c ${name}=${value} is refused`, () => {
    const context = { config, codeFolder, [name]: value };
    assert.throws(
      () => createImporterApp({ context, outdir: join(folder.path, 'refused') }),
      (error) => {
        assert.ok(error instanceof MailferryError);
        assert.deepEqual([error.code, error.message], ['CONFIG_INVALID', message]);
        assert.match(error.hint ?? '', /allowed|expected/);
        return true;
      },
    );
  });
}

test('a resource that cdk-nag has something against stops the deployment', () => {
  const { app, stack } = createImporterApp({
    context: { config, codeFolder },
    outdir: join(folder.path, 'nagged'),
    analyticsReporting: false,
  });
  void new Bucket(stack, 'Careless');
  assert.throws(() => app.synth(), /AwsSolutions-S10|[Vv]alidation failed/);
});
