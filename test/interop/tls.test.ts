// TLS with a real server: both ways in, and no way in with a certificate that proves nothing.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertFirstRun, assertHoldsMailbox } from '../support/agreement.ts';
import { assertFinished, readArchive } from '../support/archive-snapshot.ts';
import { makeAuthority, type CertificateRequest } from '../support/certificates.ts';
import { dovecotSkip } from '../support/dovecot-presence.ts';
import { startDovecot, type RunningDovecot } from '../support/dovecot.ts';
import { runImportOfOne, writeConfig, type ImportResult, type ReportedRun } from '../support/import-run.ts';
import { plainMail } from '../support/odd-mail.ts';
import { readWithPython } from '../support/second-opinion.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const options = { skip: dovecotSkip(), timeout: 60_000 };
const MODES = ['implicit', 'starttls'] as const;
type Mode = (typeof MODES)[number];

for (const tls of MODES) {
  void test(`tls: ${tls} imports, every octet encrypted`, options, async () => {
    await using folder = await temporaryFolder();
    await using dovecot = await startPlainDovecot();
    const mailbox = await readWithPython(dovecot);
    const { exitCode, run } = await importOver(tls, dovecot, folder.path, dovecot.caFile);
    assert.equal(exitCode, 0);
    assertFirstRun(run.counts, mailbox);
    const archive = await readArchive(join(folder.path, 'mail'));
    assertFinished(archive);
    assertHoldsMailbox(archive, mailbox);
    // `TLS` stands in the login line of a session that was encrypted when the password came.
    const [, ours] = [...(await dovecot.log()).matchAll(/Info: Login: (.*)/g)];
    assert.match(ours?.[1] ?? '', /, TLS, /);
  });

  void test(`tls: ${tls} sends no password to a server whose authority is not trusted`, options, async () => {
    await using folder = await temporaryFolder();
    await using dovecot = await startPlainDovecot();
    const otherAuthority = join(folder.path, 'other-ca.crt');
    await writeFile(otherAuthority, (await makeAuthority()).caPem);
    await assertRefused(await importOver(tls, dovecot, folder.path, otherAuthority), dovecot, folder.path);
  });

  void test(
    `tls: ${tls} sends no password to a server whose certificate is for another name`,
    options,
    async () => {
      await using folder = await temporaryFolder();
      await using dovecot = await startPlainDovecot({ names: ['elsewhere.example'], ips: ['127.0.0.2'] });
      await assertRefused(await importOver(tls, dovecot, folder.path, dovecot.caFile), dovecot, folder.path);
    },
  );

  void test(`tls: ${tls} sends no password to a server whose certificate has expired`, options, async () => {
    await using folder = await temporaryFolder();
    await using dovecot = await startPlainDovecot({
      names: ['localhost'],
      ips: ['127.0.0.1'],
      expired: true,
    });
    await assertRefused(await importOver(tls, dovecot, folder.path, dovecot.caFile), dovecot, folder.path);
  });
}

void test('a certificate of no known authority is refused when the account names none', options, async () => {
  await using folder = await temporaryFolder();
  await using dovecot = await startPlainDovecot();
  await assertRefused(await importOver('implicit', dovecot, folder.path), dovecot, folder.path);
});

function startPlainDovecot(certificate?: CertificateRequest): Promise<RunningDovecot> {
  const messages = [1, 2, 3].map((number) => ({ name: `plain-${number}`, bytes: plainMail(number) }));
  return startDovecot({ messages, ...(certificate === undefined ? {} : { certificate }) });
}

async function importOver(
  tls: Mode,
  dovecot: RunningDovecot,
  folder: string,
  caFile?: string,
): Promise<ImportResult & { readonly run: ReportedRun }> {
  const port = tls === 'implicit' ? dovecot.tlsPort : dovecot.port;
  const trust = caFile === undefined ? {} : { caFile };
  const configFile = await writeConfig(folder, { port, tls, user: dovecot.user, ...trust });
  return await runImportOfOne({ configFile, password: dovecot.password });
}

async function assertRefused(
  { exitCode, run }: ImportResult & { readonly run: ReportedRun },
  dovecot: RunningDovecot,
  folder: string,
): Promise<void> {
  assert.equal(exitCode, 1);
  assert.deepEqual(
    run.errors.map(({ code }) => code),
    ['TLS_CERTIFICATE_REFUSED'],
  );
  assert.equal(run.outcome, 'stopped');
  assert.equal(run.counts.listed, 0);
  assert.doesNotMatch(await dovecot.log(), /Info: Login: |auth failed/);
  assert.equal((await readArchive(join(folder, 'mail'))).raw.size, 0);
}
