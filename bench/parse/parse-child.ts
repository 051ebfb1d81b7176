// One parser over one mailbox, in a process of its own: prints what it took and what was found, as JSON. Making the messages does
// not count, except where they are made as they are read. node bench/parse/parse-child.ts PARSER MAIL SIZE

import { madeMail } from '../mailbox/made-mail.ts';
import { htmlMail, largeMail } from './large-mail.ts';
import type { ParseFigures } from './parse-figures.ts';
import { loadParser, PARSER_NAMES, type Found, type Message } from './parsers.ts';

const MAILS: Readonly<Record<string, (size: number) => Iterable<Message>>> = {
  mailbox: (size) => madeMail('a', size),
  large: (size) => [largeMail(size)],
  html: (size) => [Buffer.concat([...htmlMail(size)])],
};

async function main(): Promise<void> {
  const [parserName = '', mailName = '', sizeText = ''] = process.argv.slice(2);
  const name = PARSER_NAMES.find((known) => known === parserName);
  const mail = MAILS[mailName];
  const size = Number(sizeText);
  if (name === undefined || mail === undefined || !(size > 0)) throw new Error('usage: PARSER MAIL SIZE');
  const parse = await loadParser(name);
  const startOctets = process.memoryUsage.rss();
  const sum = { messages: 0, octets: 0, wallMs: 0, cpuMs: 0 };
  const found: Found[] = [];
  for (const message of mail(size)) {
    const cpuBefore = process.cpuUsage();
    const begunMs = performance.now();
    found.push(await parse(message));
    sum.wallMs += performance.now() - begunMs;
    const { user, system } = process.cpuUsage(cpuBefore);
    sum.cpuMs += (user + system) / 1000;
    sum.messages += 1;
    sum.octets += Buffer.isBuffer(message) ? message.length : size;
  }
  const said: ParseFigures = {
    ...sum,
    startOctets,
    peakOctets: process.resourceUsage().maxRSS * 1024,
    bodyCharacters: total(found.map(({ bodyCharacters }) => bodyCharacters)),
    attachmentOctets: total(found.map(({ attachmentOctets }) => attachmentOctets)),
  };
  console.log(JSON.stringify(said));
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
