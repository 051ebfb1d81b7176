// One enormous message costs disk, not memory: what the importing process ever held, by the kernel's account.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertFinished, readArchive } from '../support/archive-snapshot.ts';
import { startImport, writeConfig } from '../support/import-run.ts';
import { startPop3Server } from '../support/pop3-server.ts';
import { peakMemoryOctets, procSkip } from '../support/process-facts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const MB = 1024 * 1024;
const MESSAGE_OCTETS = 200 * MB;
const ALLOWED_ABOVE_IDLE_OCTETS = 200 * MB;
const POLL_MS = 10;

const USER = 'reader';
const PASSWORD = 's3cret pass';

void test(
  'importing a message of 200 MB takes less than 200 MB more memory than importing nothing',
  { skip: procSkip(), timeout: 180_000 },
  async (t) => {
    const idle = await importAndMeasure(t, 'an empty mailbox', []);
    assert.equal(idle.digests.length, 0);
    const large = await importAndMeasure(t, 'one message of 200 MB', [
      { uidl: 'large', content: { sizeOctets: MESSAGE_OCTETS, open: largeMessage } },
    ]);
    const hash = createHash('sha256');
    for (const chunk of largeMessage()) hash.update(chunk);
    assert.deepEqual(large.digests, [hash.digest('hex')]);
    const aboveIdle = large.peakOctets - idle.peakOctets;
    assert.ok(aboveIdle < ALLOWED_ABOVE_IDLE_OCTETS, `${toMb(aboveIdle)} above idle`);
  },
);

type Maildrop = Parameters<typeof startPop3Server>[0]['maildrop'];

interface Measured {
  readonly peakOctets: number;
  /** Of the stored messages. */
  readonly digests: readonly string[];
}

async function importAndMeasure(t: TestContext, what: string, maildrop: Maildrop): Promise<Measured> {
  await using folder = await temporaryFolder();
  await using server = await startPop3Server({ maildrop, user: USER, password: PASSWORD });
  const limits = { messageBytes: '300MB' };
  const configFile = await writeConfig(folder.path, { port: server.port, user: USER, limits });
  const running = startImport({ configFile, password: PASSWORD });
  let peakOctets = 0;
  while (running.isAlive()) {
    peakOctets = Math.max(peakOctets, peakMemoryOctets(running.pid) ?? 0);
    await sleep(POLL_MS);
  }
  const { exitCode, stdout, stderr } = await running.result;
  assert.equal(exitCode, 0, stdout + stderr);
  t.diagnostic(`${what}: peak of the importing process ${toMb(peakOctets)}`);
  const archive = await readArchive(join(folder.path, 'mail'));
  assertFinished(archive);
  return { peakOctets, digests: [...archive.raw.values()].map(({ sha256 }) => sha256) };
}

/** Exactly MESSAGE_OCTETS: a header, then lines of 76 characters as an attachment's base64 would be. */
function* largeMessage(): Generator<Buffer> {
  const header = Buffer.from(
    [
      'From: sender@example.org',
      'To: reader@example.com',
      'Subject: very large',
      'Date: Wed, 01 Jan 2025 00:00:00 +0000',
      'MIME-Version: 1.0',
      'Content-Type: application/octet-stream; name="large.bin"',
      'Content-Disposition: attachment; filename="large.bin"',
      'Content-Transfer-Encoding: base64',
      '',
      '',
    ].join('\r\n'),
  );
  yield header;
  const chunk = Buffer.from(`${'QUJD'.repeat(19)}\r\n`.repeat(10_000));
  let left = MESSAGE_OCTETS - header.length;
  for (; left > chunk.length; left -= chunk.length) yield chunk;
  // The last line may be short; a CRLF must end it, or the server would add one.
  yield Buffer.concat([chunk.subarray(0, left - 2), Buffer.from('\r\n')]);
}

function toMb(octets: number): string {
  return `${(octets / MB).toFixed(1)} MB`;
}
