// What a row of the benchmark is given, and what it gives back.

import type { Client } from '../clients/client.ts';
import type { Runs } from '../measure/interleaved.ts';
import type { Profile } from '../mailbox/made-mail.ts';
import type { MailServer } from '../servers/dovecot-mailbox.ts';

export interface BenchContext {
  /** Everything is made below it, and gone in the end. */
  readonly folder: string;
  /** Of the full sizes. */
  readonly scale: number;
  readonly rounds: number;
  /** How long to wait at most, before each run, for other programs to be done. */
  readonly quietMs: number;
  /** Names of the clients wanted; all if `undefined`. */
  readonly only: readonly string[] | undefined;
  /** One for each mailbox; they end with the benchmark. */
  mailServer(profile: Profile, count: number): Promise<MailServer>;
  /** A line about how it goes on. */
  note(line: string): void;
}

export interface RowReport {
  /** One sentence: what was done, with which sizes. */
  readonly title: string;
  readonly head: readonly string[];
  readonly lines: readonly (readonly string[])[];
  /** What a reader of the table has to know. */
  readonly remarks: readonly string[];
  readonly runs: Runs;
}

export interface Row {
  readonly name: string;
  /** A line for the list of rows. */
  readonly about: string;
  readonly run: (context: BenchContext) => Promise<RowReport>;
}

export interface ChosenClients {
  readonly clients: readonly Client[];
  /** Who is left out, and why. */
  readonly remarks: readonly string[];
}

/** @param isUseful why a client has no place in this row, or `undefined` */
export function chooseClients(
  clients: readonly Client[],
  { only }: Pick<BenchContext, 'only'>,
  isUseless: (client: Client) => string | undefined = () => undefined,
): ChosenClients {
  const chosen: Client[] = [];
  const remarks: string[] = [];
  for (const client of clients) {
    const isNamed = only?.includes(client.name) === true;
    if (only !== undefined && !isNamed) continue;
    const reason = client.lack() ?? (isNamed ? undefined : isUseless(client));
    if (reason === undefined) chosen.push(client);
    else remarks.push(`${client.name} left out: ${reason}`);
  }
  return { clients: chosen, remarks };
}
