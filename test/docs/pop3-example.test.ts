// The example of docs/pop3.md runs as it stands there, but for the server it names.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { plainMail } from '../support/odd-mail.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { startPop3Server } from '../support/pop3-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const USER = 'ann@example.com';
const PASSWORD = 'secret';

async function readExample(port: number): Promise<string> {
  const page = await readFile(join(ROOT, 'docs/pop3.md'), 'utf8');
  const [, example] = /```ts\n([^]*?)```/.exec(page) ?? [];
  assert.ok(example, 'there is no example');
  const library = pathToFileURL(join(ROOT, 'lib/pop3.ts')).href;
  const here = `host: '127.0.0.1', port: ${port}, tls: 'none', allowPrivateNetwork: true`;
  const local = example.replace("'mailferry/pop3'", `'${library}'`).replace("host: 'pop.example.com'", here);
  assert.ok(local.includes(library) && local.includes(here));
  return local;
}

test('the example stores every message, and deletes what is stored', { timeout: 60_000 }, async () => {
  const mail = [1, 2, 3, 4].map((number) => plainMail(number));
  await using folder = await temporaryFolder();
  await using server = await startPop3Server({
    maildrop: maildropOf(mail),
    user: USER,
    password: PASSWORD,
    faults: { refuseRetr: [2] },
  });
  const program = join(folder.path, 'example.ts');
  await writeFile(program, await readExample(server.port));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program], {
    cwd: folder.path,
    env: { ...process.env, POP3_PASSWORD: PASSWORD },
  });
  assert.equal(stdout.trim().split('\n').length, 4);
  assert.match(stderr, /message 2 is left out/);
  for (const number of [1, 3, 4])
    assert.deepEqual(await readFile(join(folder.path, `${number}.eml`)), mail[number - 1]);
  assert.ok(server.sessions[0]?.commands.includes('LIST 1'), 'nothing was sent ahead');
  assert.deepEqual(
    server.maildrop.map(({ content }) => content),
    [mail[1]],
  );
});
