// Runs rows one after the other, in a folder that is gone afterwards, and keeps the mail servers that several rows share.

import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { madeMail, type Profile } from './mailbox/made-mail.ts';
import { machineFacts } from './measure/quiet-machine.ts';
import type { Run } from './measure/interleaved.ts';
import { textTable } from './measure/text-table.ts';
import type { BenchContext, Row, RowReport } from './rows/row.ts';
import { startDovecotMailbox, type MailServer } from './servers/dovecot-mailbox.ts';

export interface BenchOptions extends Pick<BenchContext, 'scale' | 'rounds' | 'quietMs' | 'only'> {
  /** Where the temporary folder is made: on the disk that is to be measured. */
  readonly folder: string;
  /** Where each row's figures are kept, as JSON. */
  readonly resultsFolder: string;
  readonly print: (text: string) => void;
  readonly note: (line: string) => void;
}

/** @returns whether every client of every row stored what it was to store */
export async function runRows(rows: readonly Row[], options: BenchOptions): Promise<boolean> {
  const folder = await mkdtemp(join(options.folder, 'mailferry-bench-'));
  // Some clients run as another user.
  await chmod(folder, 0o755);
  const servers = new Map<string, Promise<MailServer>>();
  const mailServer = async (profile: Profile, count: number): Promise<MailServer> => {
    const name = `${profile}${count}`;
    const starting = servers.get(name) ?? startServer(join(folder, name), profile, count, options);
    servers.set(name, starting);
    return await starting;
  };
  try {
    let isGood = true;
    for (const row of rows) {
      options.note(`${row.name}: ${row.about}`);
      const rowFolder = join(folder, row.name);
      await mkdir(rowFolder);
      const report = await row.run({ ...options, folder: rowFolder, mailServer });
      if (options.scale > KEPT_UP_TO_SCALE) await rm(rowFolder, { recursive: true, force: true });
      options.print(shown(row, report));
      await keep(row, report, options);
      isGood &&= [...report.runs.values()].every((runs) => !(runs instanceof Error));
    }
    return isGood;
  } finally {
    const started = await Promise.allSettled(servers.values());
    for (const server of started) {
      if (server.status === 'fulfilled') await server.value[Symbol.asyncDispose]();
    }
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * What the runs of a row leave is kept to the end if the disk has room for it: for a minute and more after files were deleted
 * ext4 is slow to make new ones, which would be measured too.
 */
const KEPT_UP_TO_SCALE = 0.2;

async function startServer(
  folder: string,
  profile: Profile,
  count: number,
  { note }: BenchOptions,
): Promise<MailServer> {
  note(`making ${count} messages of mailbox ${profile}`);
  await mkdir(folder);
  return await startDovecotMailbox(folder, madeMail(profile, count));
}

function shown({ name }: Row, { title, head, lines, remarks }: RowReport): string {
  return [
    `### ${name}: ${title}`,
    '',
    textTable(head, lines),
    '',
    ...remarks.map((text) => `- ${text}`),
    '',
  ].join('\n');
}

async function keep(row: Row, report: RowReport, options: BenchOptions): Promise<void> {
  const { scale, rounds, resultsFolder } = options;
  await mkdir(resultsFolder, { recursive: true });
  const now = new Date().toISOString();
  const runs = Object.fromEntries(
    [...report.runs].map(([name, of]) => [name, of instanceof Error ? of.message : of.map(withoutWords)]),
  );
  const { title, head, lines, remarks } = report;
  const machine = machineFacts();
  const content = { row: row.name, at: now, scale, rounds, machine, title, head, lines, remarks, runs };
  const file = `${now.replaceAll(/[:.]/g, '-')}-${row.name}.json`;
  await writeFile(join(resultsFolder, file), `${JSON.stringify(content, undefined, 1)}\n`);
}

/** What a client says is checked, and may be long. */
function withoutWords(run: Run): object {
  return { ...run, said: undefined };
}
