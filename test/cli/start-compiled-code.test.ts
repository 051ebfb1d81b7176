// The compiled form of the program that is kept between runs: never where somebody else could put one, and never a reason to fail.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const options = { timeout: 60_000 };

async function assertStarts(env: Readonly<Record<string, string>>): Promise<void> {
  const { exitCode, stdout, stderr } = await runCli(['--version'], { env });
  assert.deepEqual([exitCode, stderr], [0, '']);
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
}

test(
  'it is kept in the cache folder of the user, for nobody else, and the next run starts with it',
  options,
  async () => {
    await using cache = await temporaryFolder();
    const env = { XDG_CACHE_HOME: cache.path };
    await assertStarts(env);
    const kept = join(cache.path, 'mailferry');
    assert.equal(statSync(kept).mode & 0o777, 0o700);
    assert.ok(readdirSync(kept).length > 0);
    await assertStarts(env);
  },
);

test(
  'without a cache folder named it is in the home, also when the name is no whole path',
  options,
  async () => {
    for (const named of ['', 'somewhere']) {
      await using home = await temporaryFolder();
      await assertStarts({ HOME: home.path, XDG_CACHE_HOME: named });
      assert.ok(existsSync(join(home.path, '.cache/mailferry')));
    }
  },
);

test('a folder that others may write to, or that is elsewhere, is not used', options, async () => {
  await using cache = await temporaryFolder();
  const elsewhere = join(cache.path, 'elsewhere');
  await mkdir(elsewhere);
  await mkdir(join(cache.path, 'open/mailferry'), { recursive: true });
  await chmod(join(cache.path, 'open/mailferry'), 0o770);
  await mkdir(join(cache.path, 'linked'));
  await symlink(elsewhere, join(cache.path, 'linked/mailferry'));
  for (const name of ['open', 'linked']) {
    await assertStarts({ XDG_CACHE_HOME: join(cache.path, name) });
    assert.deepEqual(readdirSync(join(cache.path, name, 'mailferry')), [], name);
  }
});

test('a home that is not there, or holds nothing, is no reason to fail', options, async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'file');
  await writeFile(file, '');
  await assertStarts({ HOME: file, XDG_CACHE_HOME: '' });
  await assertStarts({ XDG_CACHE_HOME: file });
});

test('who wants none of it, or has another place for it, has it so', options, async () => {
  await using folder = await temporaryFolder();
  const cache = join(folder.path, 'cache');
  const other = join(folder.path, 'other');
  await assertStarts({ XDG_CACHE_HOME: cache, NODE_DISABLE_COMPILE_CACHE: '1' });
  await assertStarts({ XDG_CACHE_HOME: cache, NODE_COMPILE_CACHE: other });
  assert.ok(!existsSync(cache));
  assert.ok(existsSync(other));
});
