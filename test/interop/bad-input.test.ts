// What a wrong configuration or a failing server costs: a clear error and nothing else. A good run afterwards has everything.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertBalanced, assertHoldsMailbox, assertNothingNew } from '../support/agreement.ts';
import { assertFinished, assertUndamaged, readArchive } from '../support/archive-snapshot.ts';
import { startCutProxy } from '../support/cut-proxy.ts';
import { dovecotSkip } from '../support/dovecot-presence.ts';
import { startDovecot, type RunningDovecot } from '../support/dovecot.ts';
import { runImport, runImportOfOne, writeConfig, type ConfiguredAccount } from '../support/import-run.ts';
import { plainMail } from '../support/odd-mail.ts';
import { readWithPython } from '../support/second-opinion.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const MESSAGES = 20;
const options = { skip: dovecotSkip(), timeout: 60_000 };

void test('a wrong password stops the account with POP3_AUTH_FAILED after one attempt', options, async () => {
  await using folder = await temporaryFolder();
  await using dovecot = await startLoadedDovecot();
  const configFile = await writeConfig(folder.path, { port: dovecot.port, user: dovecot.user });
  const bad = await runImportOfOne({ configFile, password: 'n0t the password' });
  assertStoppedBy('POP3_AUTH_FAILED', bad);
  assert.doesNotMatch(bad.stdout + bad.stderr, /n0t the password/);
  await assertGoodRunHasEverything(dovecot, folder.path);
  const refused = (await dovecot.log()).match(/Disconnected.*\(auth failed, 1 attempts/g) ?? [];
  assert.equal(refused.length, 1, 'a rejected password was sent again');
});

void test(
  'an unknown host stops its account with HOST_UNKNOWN, and the other accounts go on',
  options,
  async () => {
    await using folder = await temporaryFolder();
    await using dovecot = await startLoadedDovecot();
    const { port, user } = dovecot;
    const lost = { id: 'lost', host: 'no-such-host.invalid', port, user };
    const configFile = await writeConfig(folder.path, lost, { id: 'good', port, user });
    const { exitCode, runs } = await runImport({ configFile, password: dovecot.password });
    assert.equal(exitCode, 1);
    const codes = Object.fromEntries(
      runs.map(({ account, errors }) => [account, errors.map(({ code }) => code)]),
    );
    assert.deepEqual(codes, { good: [], lost: ['HOST_UNKNOWN'] });
    assert.equal(runs.find(({ account }) => account === 'good')?.counts.stored, MESSAGES);
  },
);

void test('a port where nobody listens stops the account with CONNECT_FAILED', options, async () => {
  await using folder = await temporaryFolder();
  await using dovecot = await startLoadedDovecot('no');
  // Without TLS nothing listens on the TLS port.
  await expectStopped('CONNECT_FAILED', { port: dovecot.tlsPort, user: dovecot.user }, dovecot, folder.path);
});

void test('a server that refuses STLS gets no password: STLS_REFUSED', options, async () => {
  await using folder = await temporaryFolder();
  await using dovecot = await startLoadedDovecot('no');
  const { port, user, caFile } = dovecot;
  await expectStopped('STLS_REFUSED', { port, user, caFile, tls: 'starttls' }, dovecot, folder.path);
});

void test('a certificate for another name gets no password: TLS_CERTIFICATE_REFUSED', options, async () => {
  await using folder = await temporaryFolder();
  await using dovecot = await startLoadedDovecot('yes', 'elsewhere.example');
  const { tlsPort: port, user, caFile } = dovecot;
  await expectStopped(
    'TLS_CERTIFICATE_REFUSED',
    { port, user, caFile, tls: 'implicit' },
    dovecot,
    folder.path,
  );
});

void test('a port without TLS stops an account with tls: implicit', options, async () => {
  await using folder = await temporaryFolder();
  await using dovecot = await startLoadedDovecot();
  const { port, user, caFile } = dovecot;
  await expectStopped('TLS_HANDSHAKE_FAILED', { port, user, caFile, tls: 'implicit' }, dovecot, folder.path);
});

void test(
  'a server that closes in the middle of a message loses nothing: POP3_CONNECTION_LOST',
  options,
  async () => {
    await using folder = await temporaryFolder();
    await using dovecot = await startLoadedDovecot();
    // Behind greeting, login and listing (under 2,000 octets), in the middle of one of the 20 messages.
    await using proxy = await startCutProxy({ port: dovecot.port, cutAfterOctets: 4_000 });
    const configFile = await writeConfig(folder.path, { port: proxy.port, user: dovecot.user });
    const cut = await runImportOfOne({ configFile, password: dovecot.password });
    assert.equal(cut.exitCode, 1);
    assert.ok(
      cut.run.errors.some(({ code }) => code === 'POP3_CONNECTION_LOST'),
      JSON.stringify(cut.run.errors),
    );
    assert.equal(cut.run.counts.listed, MESSAGES);
    assert.ok(cut.run.counts.stored < MESSAGES, 'the connection was not cut before the last message');
    assertBalanced(cut.run.counts);
    assertUndamaged(await readArchive(join(folder.path, 'mail')));
    await assertGoodRunHasEverything(dovecot, folder.path);
  },
);

function startLoadedDovecot(tls: 'yes' | 'no' = 'yes', certificateName?: string): Promise<RunningDovecot> {
  const messages = Array.from({ length: MESSAGES }, (_, index) => ({
    name: `plain-${index}`,
    bytes: plainMail(index),
  }));
  return startDovecot({
    messages,
    tls,
    ...(certificateName === undefined ? {} : { certificate: { names: [certificateName] } }),
  });
}

type OneRun = Awaited<ReturnType<typeof runImportOfOne>>;

function assertStoppedBy(code: string, { exitCode, run }: OneRun): void {
  assert.equal(exitCode, 1);
  assert.deepEqual(
    run.errors.map((error) => error.code),
    [code],
  );
  assert.notEqual(run.errors[0]?.hint, undefined, 'the error says nothing about what to do');
  assert.equal(run.outcome, 'stopped');
  assertBalanced(run.counts);
}

async function expectStopped(
  code: string,
  account: ConfiguredAccount,
  dovecot: RunningDovecot,
  folder: string,
): Promise<void> {
  const configFile = await writeConfig(folder, account);
  assertStoppedBy(code, await runImportOfOne({ configFile, password: dovecot.password }));
  assert.doesNotMatch(await dovecot.log(), /Info: Login: /);
  await assertGoodRunHasEverything(dovecot, folder);
}

async function assertGoodRunHasEverything(dovecot: RunningDovecot, folder: string): Promise<void> {
  const configFile = await writeConfig(folder, { port: dovecot.port, user: dovecot.user });
  const good = await runImportOfOne({ configFile, password: dovecot.password });
  assert.deepEqual(good.run.errors, []);
  assert.equal(good.exitCode, 0);
  assert.equal(good.run.counts.known + good.run.counts.stored + good.run.counts.duplicate, MESSAGES);
  const archive = await readArchive(join(folder, 'mail'));
  assertFinished(archive);
  assertHoldsMailbox(archive, await readWithPython(dovecot));
  assertNothingNew((await runImportOfOne({ configFile, password: dovecot.password })).run.counts, MESSAGES);
}
