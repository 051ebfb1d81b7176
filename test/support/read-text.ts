// A number of octets from a connection, however they are cut.

import assert from 'node:assert/strict';
import type { Connection } from '../../lib/ports/pop3.ts';

/** One character per octet; at least so many. */
export async function readText(connection: Connection, octets: number): Promise<string> {
  let text = '';
  while (text.length < octets)
    text += Buffer.from((await connection.read()) ?? assert.fail(text)).toString('latin1');
  return text;
}
