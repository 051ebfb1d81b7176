// A POP3 server that has all it sends in memory, so that nothing but the client is slow. As a process:
// `memory-server.ts mail PROFILE COUNT | listing COUNT | giant OCTETS`. Right for clients that are; any name and password will do.

import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Profile } from '../mailbox/made-mail.ts';
import { giantDrop, listingDrop, mailDrop, type MemoryMaildrop } from './memory-maildrop.ts';
import { serveUntilTold } from './serve-until-told.ts';

/** Before this much is out, no more is made ready. */
const UNSENT_OCTETS = 4 * 1024 * 1024;

const [kind = '', ...given] = process.argv.slice(2);
const drop = dropOf(kind, given);
const answers = wholeAnswers(drop);

const server = createServer({ noDelay: true }, (socket) => {
  serve(socket).catch((error: unknown) => {
    // A client that goes is no failure; everything else is one of this server, and must not look like the client's.
    if (!socket.errored && !socket.closed) console.error(error);
    socket.destroy();
  });
});
await serveUntilTold(server);

function dropOf(kind: string, [first = '', second = '']: readonly string[]): MemoryMaildrop {
  switch (kind) {
    case 'mail':
      return mailDrop(first as Profile, Number(second));
    case 'listing':
      return listingDrop(Number(first));
    case 'giant':
      return giantDrop(Number(first));
    default:
      throw new Error('expected mail, listing or giant');
  }
}

/** Made once: a million rows in each session anew would be the server's work and not the client's. */
function wholeAnswers({ count, octetsOf, uidlOf }: MemoryMaildrop): ReadonlyMap<string, Buffer> {
  const rows = (of: (number: number) => string | number): string =>
    Array.from({ length: count }, (_, index) => `${index + 1} ${of(index + 1)}\r\n`).join('');
  const octets = Array.from({ length: count }, (_, index) => octetsOf(index + 1));
  const sum = octets.reduce((total, size) => total + size, 0);
  const text: Record<string, string> = {
    CAPA: '+OK\r\nUIDL\r\nTOP\r\nUSER\r\nPIPELINING\r\nRESP-CODES\r\n.\r\n',
    STAT: `+OK ${count} ${sum}\r\n`,
    LIST: `+OK\r\n${rows(octetsOf)}.\r\n`,
    UIDL: `+OK\r\n${rows(uidlOf)}.\r\n`,
    USER: '+OK\r\n',
    PASS: '+OK\r\n',
    NOOP: '+OK\r\n',
    QUIT: '+OK\r\n',
  };
  return new Map(Object.entries(text).map(([command, answer]) => [command, Buffer.from(answer, 'latin1')]));
}

async function serve(socket: Socket): Promise<void> {
  socket.write('+OK ready\r\n');
  let unread = '';
  for await (const chunk of socket) {
    unread += (chunk as Buffer).toString('latin1');
    const lines = unread.split('\r\n');
    unread = lines.pop() ?? '';
    socket.cork();
    for (const line of lines) await answer(socket, line);
    socket.uncork();
    if (lines.at(-1) === 'QUIT') return void socket.end();
  }
}

async function answer(socket: Socket, line: string): Promise<void> {
  const [command = '', argument] = line.split(' ');
  const number = Number(argument);
  if (argument === undefined || command === 'USER' || command === 'PASS') {
    socket.write(answers.get(command) ?? '-ERR\r\n');
  } else if (!(number >= 1 && number <= drop.count)) {
    socket.write('-ERR no such message\r\n');
  } else if (command === 'RETR') {
    await send(socket, number);
  } else if (command === 'LIST' || command === 'UIDL') {
    const said = command === 'LIST' ? drop.octetsOf(number) : drop.uidlOf(number);
    socket.write(`+OK ${number} ${said}\r\n`);
  } else {
    socket.write('-ERR\r\n');
  }
}

async function send(socket: Socket, number: number): Promise<void> {
  socket.write('+OK\r\n');
  for (const piece of drop.octets(number)) {
    socket.write(piece);
    if (socket.writableLength < UNSENT_OCTETS) continue;
    socket.uncork();
    await once(socket, 'drain');
    socket.cork();
  }
  socket.write('.\r\n');
}
