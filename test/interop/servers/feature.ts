// One column of the matrix: what is tried with a server, and which servers are tried.

import type { RunningServer, ServerOffers } from '../../support/servers/real-server.ts';
import type { SecondOpinion } from '../../support/second-opinion.ts';

export interface Feature {
  /** A column's heading. */
  readonly name: string;
  applies(offers: ServerOffers): boolean;
  /** @returns what is worth a remark in the matrix, if anything @throws when it does not work */
  check(subject: Subject): Promise<string | undefined>;
}

/** A server with mail in it, and what an independent client found there. */
export interface Subject {
  readonly offers: ServerOffers;
  readonly server: RunningServer;
  /** Messages of the matrix that it was spared, and why. */
  readonly leftOut: Readonly<Record<string, string>>;
  /** The mailbox that is only read. */
  readonly reader: Mailbox;
  /** The mailbox that messages are deleted from. */
  readonly remover: Mailbox;
}

export interface Mailbox {
  readonly user: string;
  /** By a session of its own, before any of ours. */
  readonly opinion: readonly SecondOpinion[];
}
