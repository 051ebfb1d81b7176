// The app that `cdk deploy` runs: what it makes of a configuration and of the command line, and what it says when it cannot.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { createImporterApp } from '../../cdk/importer-app.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import type { TemporaryFolder } from '../support/temporary-folder.ts';
import { SAMPLE_CONFIG } from './sample-accounts.ts';
import { writeStubBundles } from './synthesized.ts';

const APP = resolve('cdk/app.ts');
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

for (const [name, value] of [
  ['staticEgress', 'true'],
  ['polls', 'many'],
  ['objectLockDays', '0'],
] as const) {
  test(`-c ${name}=${value} is refused`, () => {
    const context = { config, codeFolder, [name]: value };
    assert.throws(() => createImporterApp({ context, outdir: join(folder.path, 'refused') }), {
      code: 'CONFIG_INVALID',
      message: `the context has ${name}=${value}`,
    });
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
