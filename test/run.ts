// `npm test`: builds the product, sees to a real Dovecot, the servers that stand in for AWS and Lambda's own runtime client,
// runs every test, and says at the end what passed, failed and was not run.
// Never calls a run good in which something failed, nothing ran, or a required test was skipped.
//
//   node test/run.ts [--fast | --long] [FILE...]
//   --fast   only what needs neither Dovecot nor AWS's stand-ins nor patience; expects a build
//   FILE     paths or patterns
//   --long   more kills and more cuts (also MAILFERRY_LONG=1)

import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { provideDovecot } from './runner/provide-dovecot.ts';
import { provideLambdaClient } from './runner/provide-lambda-client.ts';
import { provideMoto } from './runner/provide-moto.ts';
import { providePop3Servers } from './runner/provide-pop3-servers.ts';
import { provideProxies } from './runner/provide-proxies.ts';
import { runFiles } from './runner/run-files.ts';
import { closingReport } from './runner/closing-report.ts';
import { DOVECOT_VARIABLE } from './support/dovecot-presence.ts';
import { LAMBDA_CLIENT_VARIABLE } from './support/lambda-client-presence.ts';
import { MOTO_VARIABLE } from './support/moto-presence.ts';
import { SERVERS_VARIABLE } from './support/servers/server-packages.ts';
import { PROXIES_VARIABLE } from './support/real-proxies-presence.ts';

const ROOT = resolve(import.meta.dirname, '..');
/** Each file has a process of its own, which would compile the same modules anew: a fifth of the suite's processor time. */
const COMPILED_CODE = 'node_modules/.cache/tests';
/** Where the paths of tests begin that start real servers and crash real processes. First, because they take longest. */
const SLOW = ['test/aws/', 'test/cdk/', 'test/crash/', 'test/interop/', 'test/adapters/s3-blob-store'];

process.chdir(ROOT);
process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { fast: { type: 'boolean', default: false }, long: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const files = positionals.length > 0 ? globSync(positionals).sort() : chooseFiles(values.fast);
  if (values.long) process.env['MAILFERRY_LONG'] = '1';
  if (!values.fast) {
    build();
    if (files.some(isSlow)) {
      process.env[DOVECOT_VARIABLE] ??= provideDovecot();
      process.env[MOTO_VARIABLE] ??= provideMoto();
      process.env[PROXIES_VARIABLE] ??= provideProxies();
    }
    if (files.some(isOfRealServers)) process.env[SERVERS_VARIABLE] ??= providePop3Servers();
    if (files.some(isOfAws)) {
      process.env[LAMBDA_CLIENT_VARIABLE] ??= provideLambdaClient();
    }
  }
  process.env['NODE_COMPILE_CACHE'] ??= resolve(COMPILED_CODE);
  const tally = await runFiles(files, {
    concurrency: Math.max(2, availableParallelism()),
    long: process.env['MAILFERRY_LONG'] === '1',
  });
  const { text, good } = closingReport(tally, process.env['MAILFERRY_REQUIRE_INTEROP'] === '1');
  process.stdout.write(text);
  return good ? 0 : 1;
}

function chooseFiles(fast: boolean): string[] {
  const all = globSync('test/**/*.test.ts').sort();
  return fast
    ? all.filter((file) => !isSlow(file))
    : [...all.filter(isSlow), ...all.filter((file) => !isSlow(file))];
}

function isSlow(file: string): boolean {
  return SLOW.some((start) => file.startsWith(start));
}

function isOfAws(file: string): boolean {
  return file.startsWith('test/aws/');
}

function isOfRealServers(file: string): boolean {
  return file.startsWith('test/interop/servers/');
}

function build(): void {
  for (const script of ['build', 'bundle']) {
    const { status } = spawnSync('npm', ['run', '-s', script], { stdio: ['ignore', 'inherit', 'inherit'] });
    if (status !== 0) throw new Error(`npm run ${script} failed: no test was run`);
  }
}
