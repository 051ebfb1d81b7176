// The least that a POP3 client in Node can do: log in, ask for many messages at once, find their ends. No UIDL, no hash, no
// ledger, no repetition; nothing it believes is proven. It is what the real client is measured against, never a part of it.

import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { readFileSync } from 'node:fs';
import { BareBody } from './bare-body.ts';

export interface BareTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** PEM; with it the connection is TLS from the first octet. */
  readonly caFile?: string;
}

/** Asked for and not yet come. */
const WINDOW_MESSAGES = 64;

const LF = 0x0a;

/** @param take gets each message's octets, in pieces that stay valid. @returns how many there were */
export async function fetchAll(
  target: BareTarget,
  take: (pieces: readonly Buffer[]) => void,
): Promise<number> {
  const { lines, answers, socket, send } = await logIn(target);
  const count = Number((await send('STAT')).split(' ')[1]);
  let asked = 0;
  const ask = (upTo: number): void => {
    const commands: string[] = [];
    for (; asked < Math.min(upTo, count); asked += 1) commands.push(`RETR ${asked + 1}\r\n`);
    if (commands.length > 0) socket.write(commands.join(''));
  };
  ask(WINDOW_MESSAGES);
  for (let done = 0; done < count; done += 1) {
    mustBeOk(await lines(), 'RETR');
    take(await answers());
    if (asked - done <= WINDOW_MESSAGES / 2) ask(done + WINDOW_MESSAGES);
  }
  socket.write('QUIT\r\n');
  mustBeOk(await lines(), 'QUIT');
  socket.destroy();
  return count;
}

/** The whole answer to UIDL. */
export async function listUidls(target: BareTarget): Promise<Buffer> {
  const { lines, answers, socket, send } = await logIn(target);
  await send('UIDL');
  const listing = Buffer.concat(await answers());
  socket.write('QUIT\r\n');
  mustBeOk(await lines(), 'QUIT');
  socket.destroy();
  return listing;
}

interface BareLogin {
  readonly socket: Socket;
  /** One command, and its status line. */
  readonly send: (command: string) => Promise<string>;
  readonly lines: () => Promise<string>;
  readonly answers: () => Promise<Buffer[]>;
}

async function logIn({ host, port, user, password, caFile }: BareTarget): Promise<BareLogin> {
  const socket =
    caFile === undefined ? connect(port, host) : connectTls({ host, port, ca: readFileSync(caFile) });
  socket.setNoDelay(true);
  const { lines, answers } = readerOf(socket);
  const send = async (command: string): Promise<string> => {
    socket.write(`${command}\r\n`);
    const line = await lines();
    mustBeOk(line, command.slice(0, 4));
    return line;
  };
  mustBeOk(await lines(), 'the connection');
  await send(`USER ${user}`);
  await send(`PASS ${password}`);
  return { socket, send, lines, answers };
}

function mustBeOk(line: string, what: string): void {
  if (!line.startsWith('+OK')) throw new Error(`${what} was refused`);
}

/** Status lines and bodies of what a socket brings. */
function readerOf(socket: Socket): Pick<BareLogin, 'lines' | 'answers'> {
  const chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let unread: Buffer = Buffer.alloc(0);
  const more = async (): Promise<Buffer> => {
    const { value, done } = await chunks.next();
    if (done === true) throw new Error('the server closed the connection');
    return value;
  };
  const lines = async (): Promise<string> => {
    let end = unread.indexOf(LF);
    while (end === -1) {
      unread = Buffer.concat([unread, await more()]);
      end = unread.indexOf(LF);
    }
    const line = unread.toString('latin1', 0, end);
    unread = unread.subarray(end + 1);
    return line;
  };
  const answers = async (): Promise<Buffer[]> => {
    const body = new BareBody();
    for (;;) {
      const rest = body.push(unread.length > 0 ? unread : await more());
      unread = rest ?? Buffer.alloc(0);
      if (rest !== undefined) return body.pieces;
    }
  };
  return { lines, answers };
}
