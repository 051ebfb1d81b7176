// On one machine the command line has nothing to do with AWS, and does not spend time on loading its SDK.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeFile } from 'node:fs/promises';
import { runCli } from '../support/cli.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { mails, openMailbox } from './mailbox.ts';

const options = { timeout: 60_000 };

/** Writes the name of every module that is asked for into a file. */
const WATCH = `
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
registerHooks({
  resolve(specifier, context, next) {
    appendFileSync(process.env.MAILFERRY_TEST_MODULES, specifier + '\\n');
    return next(specifier, context);
  },
});
`;

test(
  'version, import, status, retry and audit of a folder load nothing of the AWS SDK',
  options,
  async () => {
    await using mailbox = await openMailbox(maildropOf(mails(2)));
    const watch = join(mailbox.folder, 'watch.mjs');
    const modules = join(mailbox.folder, 'modules.txt');
    await writeFile(watch, WATCH);
    const env = {
      NODE_OPTIONS: `--import=${watch}`,
      MAILFERRY_TEST_MODULES: modules,
      MAILFERRY_TEST_PASSWORD: 'correct horse',
    };
    const config = ['--config', mailbox.configFile];
    for (const args of [
      ['--version'],
      ['import', ...config],
      ['import', '--dry-run', ...config],
      ['status', ...config],
      ['retry', ...config],
      ['audit', '--server', ...config],
    ]) {
      await writeFile(modules, '');
      const { exitCode, stderr } = await runCli(args, { env });
      assert.equal(exitCode, 0, stderr);
      const names = (await readFile(modules, 'utf8')).split('\n');
      assert.ok(names.includes('commander'), 'the modules were not seen');
      assert.deepEqual(
        names.filter((name) => /^@(aws-sdk|smithy|aws-lambda)/.test(name)),
        [],
        args.join(' '),
      );
    }
  },
);
