// On one machine the command line has nothing to do with AWS, and does not spend time on loading its SDK.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { bundledSources, runWatched } from './loaded-sources.ts';
import { mails, openMailbox } from './mailbox.ts';

const options = { timeout: 60_000 };

const AWS = /node_modules\/@(aws|smithy)/;

test(
  'version, import, status, retry and audit of a folder load nothing of the AWS SDK',
  options,
  async () => {
    assert.ok(
      bundledSources().some((path) => AWS.test(path)),
      'the SDK has another name in the bundle',
    );
    await using mailbox = await openMailbox(maildropOf(mails(2)));
    const env = { MAILFERRY_TEST_PASSWORD: 'correct horse' };
    const config = ['--config', mailbox.configFile];
    for (const args of [
      ['--version'],
      ['import', ...config],
      ['import', '--dry-run', ...config],
      ['status', ...config],
      ['retry', ...config],
      ['audit', '--server', ...config],
    ]) {
      const { exitCode, stderr, sources } = await runWatched(args, env);
      assert.equal(exitCode, 0, stderr);
      assert.ok(
        sources.some((path) => path.includes('node_modules/commander/')),
        'the modules were not seen',
      );
      assert.deepEqual(
        sources.filter((path) => AWS.test(path)),
        [],
        args.join(' '),
      );
    }
  },
);
