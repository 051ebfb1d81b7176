// Secrets come from where the reference says, whole, and never show in an error.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, lstat, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect, promisify } from 'node:util';
import { LocalSecrets } from '../../lib/adapters/local-secrets.ts';
import type { SecretRef } from '../../lib/core/account.ts';
import { Secret } from '../../lib/core/secret.ts';
import { failureOf } from '../support/failure-of.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SECRET = ' pa ss:wörd ';
const secrets = new LocalSecrets({ GIVEN: SECRET, EMPTY: '', LINE_END: '\n' });

async function reveal(store: SecretRef['store'], locator: string): Promise<string> {
  return (await secrets.get({ store, locator })).reveal();
}

test('a variable is the secret, spaces and all', async () => {
  assert.equal(await reveal('env', 'GIVEN'), SECRET);
});

test('a file is the secret, without one line end', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'secret file');
  for (const [content, secret] of [
    [SECRET, SECRET],
    [`${SECRET}\n`, SECRET],
    [`${SECRET}\r\n`, SECRET],
    [`${SECRET}\n\n`, `${SECRET}\n`],
  ] as const) {
    await writeFile(path, content);
    assert.equal(await reveal('file', path), secret);
  }
});

test('the output of a command is the secret; quotes group words, and there is no shell', async () => {
  assert.equal(await reveal('command', `printf '%s\\n' "a b; echo $HOME"`), 'a b; echo $HOME');
});

test('what is absent, empty or failing is SECRET_UNAVAILABLE and names the reference', async () => {
  await using folder = await temporaryFolder();
  const empty = join(folder.path, 'empty');
  await writeFile(empty, '\n');
  const refs: SecretRef[] = [
    { store: 'env', locator: 'ABSENT' },
    { store: 'env', locator: 'EMPTY' },
    { store: 'env', locator: 'LINE_END' },
    { store: 'file', locator: join(folder.path, 'absent') },
    { store: 'file', locator: empty },
    { store: 'file', locator: folder.path },
    { store: 'command', locator: 'false' },
    { store: 'command', locator: 'true' },
  ];
  for (const ref of refs) {
    await assert.rejects(secrets.get(ref), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'SECRET_UNAVAILABLE');
      assert.ok(error.message.includes(`${ref.store}:${ref.locator}`), error.message);
      return true;
    });
  }
});

test('what a failing command has printed is not in the error', async () => {
  const ref = { store: 'command', locator: `sh -c 'printf hunter; printf 2; exit 3'` } as const;
  await assert.rejects(secrets.get(ref), (error) => {
    assert.match(String(error), /exit code 3/);
    assert.doesNotMatch(inspect(error, { depth: 9 }), /hunter2/);
    return true;
  });
});

test('a file that is written is its owner’s alone, whatever it was before, and nothing is left beside it', async () => {
  await using folder = await temporaryFolder();
  const ref = { store: 'file', locator: join(folder.path, 'token') } as const;
  for (const before of [undefined, 'old']) {
    if (before !== undefined) {
      await writeFile(ref.locator, before);
      await chmod(ref.locator, 0o644);
    }
    assert.equal(await secrets.put(ref, new Secret('hunter2')), 'kept');
    assert.equal(await readFile(ref.locator, 'utf8'), 'hunter2\n');
    assert.equal((await stat(ref.locator)).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(folder.path), ['token']);
  }
});

test('a link stays a link, and what it leads to is written', async () => {
  await using folder = await temporaryFolder();
  const [real, link, dangling] = ['real', 'link', 'dangling'].map((name) => join(folder.path, name)) as [
    string,
    string,
    string,
  ];
  await writeFile(real, 'old');
  await symlink(real, link);
  await symlink(join(folder.path, 'nowhere'), dangling);
  await secrets.put({ store: 'file', locator: link }, new Secret('hunter2'));
  assert.equal(await readFile(real, 'utf8'), 'hunter2\n');
  assert.ok((await lstat(link)).isSymbolicLink());
  const error = await failureOf(
    async () => await secrets.put({ store: 'file', locator: dangling }, new Secret('hunter2')),
  );
  assert.equal(error.code, 'SECRET_UNAVAILABLE');
});

test('a file that cannot be written is SECRET_UNAVAILABLE, and says nothing of the value', async () => {
  await using folder = await temporaryFolder();
  for (const locator of [join(folder.path, 'absent', 'token'), folder.path]) {
    const error = await failureOf(
      async () => await secrets.put({ store: 'file', locator }, new Secret('hunter2')),
    );
    assert.deepEqual([error.code, error.scope], ['SECRET_UNAVAILABLE', 'account']);
    assert.match(error.message, /cannot be written/);
    assert.doesNotMatch(inspect(error, { depth: 9 }), /hunter2/);
  }
  assert.deepEqual(await readdir(folder.path), []);
});

test('variables and commands take nothing back', async () => {
  for (const store of ['env', 'command'] as const)
    assert.equal(await secrets.put({ store, locator: 'GIVEN' }, new Secret('hunter2')), 'unwritable');
  assert.equal(await reveal('env', 'GIVEN'), SECRET);
});

// In a process of its own: a timer left running would hold up the end of this one.
const MISSING_PROGRAM = `
  const { LocalSecrets } = await import(process.argv[1]);
  const ref = { store: 'command', locator: 'no-such-program-anywhere' };
  await new LocalSecrets({}).get(ref).catch(({ code, message }) => console.log(code, message));
`;

test('a program that is not there is SECRET_UNAVAILABLE, and holds up nobody', async () => {
  const adapter = new URL('../../lib/adapters/local-secrets.ts', import.meta.url).href;
  const ended = promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', MISSING_PROGRAM, adapter],
    { timeout: 8_000 },
  );
  const { stdout } = await ended.catch((error: unknown) =>
    assert.fail(`did not end by itself: ${inspect(error)}`),
  );
  assert.match(stdout, /^SECRET_UNAVAILABLE .*command:no-such-program-anywhere/);
});
