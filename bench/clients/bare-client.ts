// `bare-client.ts files|discard|uidl HOST PORT USER FOLDER [CA]`: bare-session.ts as a program.

import { closeSync, openSync, writevSync } from 'node:fs';
import { join } from 'node:path';
import { fetchAll, listUidls } from './bare-session.ts';

const [mode, host = '', port, user = '', folder = '', caFile] = process.argv.slice(2);
const password = process.env['POP3_PASSWORD'] ?? '';
const target = { host, port: Number(port), user, password, ...(caFile !== undefined && { caFile }) };

let number = 0;
function write(pieces: readonly Buffer[]): void {
  number += 1;
  const file = openSync(join(folder, 'mail', `${number}.eml`), 'wx');
  writevSync(file, [...pieces]);
  closeSync(file);
}

if (mode === 'uidl') console.log((await listUidls(target)).length);
else console.log(await fetchAll(target, mode === 'files' ? write : () => undefined));
