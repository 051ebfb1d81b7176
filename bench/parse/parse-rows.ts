// How fast messages are parsed, beside mailparser and postal-mime: a mailbox, one large attachment, and much HTML. Each parser runs
// in a process of its own, from one file, so that nothing but it and its packages is in its memory.

import { build } from 'esbuild';
import { join } from 'node:path';
import type { Client } from '../clients/client.ts';
import { FULL_COUNT } from '../mailbox/made-mail.ts';
import { contest, type Runs } from '../measure/interleaved.ts';
import { failures, lines, remarkOnNoise } from '../rows/figures.ts';
import { chooseClients, type BenchContext, type Row, type RowReport } from '../rows/row.ts';
import {
  figuresOf,
  parseCpuPerGb,
  parseMbPerSecond,
  parseMessagesPerSecond,
  parsePeakMb,
  parseSeconds,
  parseStartMb,
} from './parse-figures.ts';
import { PARSER_NAMES } from './parsers.ts';

const TIMEOUT_MS = 600_000;
const LARGE_OCTETS = 50_000_000;
const HTML_OCTETS = 10_000_000;
const NO_TARGET = { host: '', port: 0, user: '', password: '' };
const HEAD = ['parser', 'MB/s', 'messages/s', 'CPU s/GB', 's', 'start MB', 'peak MB'];
const COLUMNS = [
  parseMbPerSecond,
  parseMessagesPerSecond,
  parseCpuPerGb,
  parseSeconds,
  parseStartMb,
  parsePeakMb,
];

export const parseMailbox: Row = {
  name: 'parse',
  about: 'mailbox a parsed, everything decoded, attachments hashed',
  run: async (context) => {
    const count = Math.max(1, Math.round(FULL_COUNT.a * context.scale));
    return await runParsers(context, 'mailbox', count, `${count} messages of mailbox a`);
  },
};

export const parseLarge: Row = {
  name: 'parse-large',
  about: 'one attachment of 50 MB parsed, made as it is read: memory',
  run: async (context) => await runParsers(context, 'large', LARGE_OCTETS, 'one attachment of 50 MB'),
};

export const parseHtml: Row = {
  name: 'parse-html',
  about: '10 MB of HTML parsed',
  run: async (context) => await runParsers(context, 'html', HTML_OCTETS, 'a message of 10 MB of HTML'),
};

async function runParsers(
  context: BenchContext,
  mail: string,
  size: number,
  title: string,
): Promise<RowReport> {
  const program = join(context.folder, 'parse-child.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'parse-child.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
  const parsers = PARSER_NAMES.map((name) => parserClient(name, [program, name, mail, String(size)]));
  const { clients, remarks } = chooseClients(parsers, context);
  const runs = await contest(
    clients.map((client) => ({ client, target: NO_TARGET })),
    { ...context, timeoutMs: TIMEOUT_MS, folders: 'fresh', verify: verifyFound },
  );
  return {
    title: `${title}; the time is the parser's alone`,
    head: HEAD,
    lines: lines(runs, COLUMNS),
    remarks: [...remarks, ...failures(runs), ...foundRemarks(runs), remarkOnNoise(runs)],
    runs,
  };
}

function parserClient(name: string, args: readonly string[]): Client {
  return {
    name,
    lack: () => undefined,
    isSequential: false,
    fidelity: 'count',
    prepare: async () => await Promise.resolve({ program: process.execPath, args }),
    async *stored() {
      // It stores nothing.
    },
  };
}

async function verifyFound(_client: Client, _folder: string, said: string): Promise<void> {
  const { messages, bodyCharacters, attachmentOctets } = figuresOf({ said });
  if (messages === 0 || bodyCharacters + attachmentOctets === 0) throw new Error('nothing was found');
  await Promise.resolve();
}

/** That they did the same work. */
function foundRemarks(runs: Runs): string[] {
  return [...runs].flatMap(([name, of]) => {
    const [first] = of instanceof Error ? [] : of;
    if (first === undefined) return [];
    const { bodyCharacters, attachmentOctets } = figuresOf(first);
    const megabytes = (attachmentOctets / 1e6).toFixed(1);
    return [`${name} found ${bodyCharacters} characters of bodies and ${megabytes} MB of attachments`];
  });
}
