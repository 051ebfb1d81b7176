// Real servers that refuse a login for reasons of their own: it must not be taken for a wrong password, and passes by itself.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { failureOf } from '../../support/failure-of.ts';
import type { ErrorCode } from '../../../lib/core/errors.ts';
import { cyrus } from '../../support/servers/cyrus.ts';
import { mailutils } from '../../support/servers/mailutils.ts';
import { plainMailWithLf } from '../../support/servers/matrix-mail.ts';
import { nginx } from '../../support/servers/nginx.ts';
import { perdition } from '../../support/servers/perdition.ts';
import type { RunningServer } from '../../support/servers/real-server.ts';
import { solidPop3d } from '../../support/servers/solid-pop3d.ts';
import { openAtOnce, inSession } from './server-session.ts';

const mailboxes = { reader: plainMailWithLf(2) };
const reader = { user: 'reader' };
const timeout = 60_000;

void describe('refusals that are not about the password', { concurrency: true }, () => {
  void test(
    'cyrus: a login too soon after the last one ([LOGIN-DELAY]) is POP3_MAILDROP_BUSY',
    { skip: cyrus.skip(), timeout },
    async () => {
      // Its own start logs in once.
      await using server = await cyrus.start({ mailboxes, settings: ['popminpoll: 2'] });
      await assertPassing(server, 'POP3_MAILDROP_BUSY', /LOGIN-DELAY|2 minutes/);
    },
  );

  void test(
    'mailutils: a second session in the same mailbox ([IN-USE]) is POP3_MAILDROP_BUSY',
    { skip: mailutils.skip(), timeout },
    async () => {
      await using server = await mailutils.start({ mailboxes });
      await inSession(server, reader, () => assertPassing(server, 'POP3_MAILDROP_BUSY', /in use/i));
      await inSession(server, reader, (session) => session.quit());
    },
  );

  for (const proxy of [nginx, perdition]) {
    void test(
      `${proxy.name}: the server behind it is down: POP3_UNAVAILABLE, to be tried again`,
      { skip: proxy.skip(), timeout },
      async () => {
        await using server = await proxy.start({ mailboxes });
        await inSession(server, reader, (session) => session.quit());
        await server.stopBackend?.();
        await assertPassing(server, 'POP3_UNAVAILABLE', /./);
      },
    );
  }

  void test(
    'solid-pop3d: one damaged message closes the whole mailbox: POP3_UNAVAILABLE with its words',
    { skip: solidPop3d.skip(), timeout },
    async () => {
      await using server = await solidPop3d.start({ mailboxes });
      await inSession(server, reader, (session) => session.quit());
      const damaged = join(server.folder, 'home/reader/Maildir/new/1800000000.M0P1.host');
      await writeFile(damaged, 'Subject: no line end behind it\n\nthe last line just stops');
      await assertPassing(server, 'POP3_UNAVAILABLE', /damaged/);
    },
  );
});

async function assertPassing(server: RunningServer, code: ErrorCode, words: RegExp): Promise<void> {
  const error = await failureOf(() => openAtOnce(server, { ...reader, method: 'USER' }));
  assert.deepEqual([error.code, error.scope, error.retryable], [code, 'session', true], error.message);
  assert.match(error.message, words);
}
