// The letters that the demo serves, as files in test/fixtures/demo-mailbox.
// Never decodes them: they are octets, and some are broken on purpose.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { maildropOf } from './pop3-server/maildrop.ts';
import type { TestMessage } from './pop3-server/maildrop.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/demo-mailbox');

/** One letter of the demo mailbox. */
export async function readLetter(name: string): Promise<Buffer> {
  return await readFile(join(FOLDER, name));
}

/** All letters, in the order of their names; their UIDLs depend on the octets alone. */
export async function readDemoMailbox(): Promise<TestMessage[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.eml')).sort();
  return maildropOf(await Promise.all(names.map(readLetter)));
}
