// A POP3 mailbox in memory: its messages, who is logged in, and what a QUIT takes away. No socket and no timer.
// Never deletes without showing its witness first what goes.

import type { MailMessage } from './mail-message.ts';
import { NO_QUIRKS } from './quirks.ts';
import type { ServerQuirks } from './quirks.ts';
import { ServerSession } from './server-session.ts';

/** Sees what clients are told and what they do, as it happens. `Client` says who. */
export interface ServerWitness<Client> {
  loggedIn(client: Client, listing: readonly MailMessage[]): void;
  listed(message: MailMessage): void;
  retrieved(client: Client, message: MailMessage): void;
  /** By DELE. */
  marked(client: Client, message: MailMessage): void;
  /** Just before the messages are taken away by this client's QUIT. */
  removing(client: Client, messages: readonly Removal[]): Promise<void>;
}

export interface Removal {
  readonly message: MailMessage;
  /** As this session was told; empty: none. */
  readonly uidl: string;
  /** `dele` the client asked for it · `expired` it was RETRed, and this server takes that for the same. */
  readonly why: 'dele' | 'expired';
}

export class MailServer<Client> {
  /** Oldest first. */
  messages: MailMessage[] = [];
  quirks: ServerQuirks = NO_QUIRKS;
  readonly witness: ServerWitness<Client>;
  readonly #sessions = new Set<ServerSession<Client>>();

  constructor(witness: ServerWitness<Client>) {
    this.witness = witness;
  }

  accept(client: Client): ServerSession<Client> {
    const isTurnedAway = this.quirks.turnedAway > 0;
    if (isTurnedAway) this.quirks = { ...this.quirks, turnedAway: this.quirks.turnedAway - 1 };
    const session = new ServerSession(this, client, isTurnedAway);
    this.#sessions.add(session);
    return session;
  }

  /** After so many octets the connection that just began will end. */
  nextCut(): number {
    const { cut } = this.quirks;
    if (cut === null) return Infinity;
    const left = cut.connections - 1;
    this.quirks = { ...this.quirks, cut: left > 0 ? { ...cut, connections: left } : null };
    return cut.afterOctets;
  }

  /** The connection is gone: what the session marked is forgotten (RFC 1939 section 6). Safe to repeat. */
  forget(session: ServerSession<Client>): void {
    this.#sessions.delete(session);
  }

  /** What this client is looking at. */
  sessionOf(client: Client): ServerSession<Client> | undefined {
    return [...this.#sessions].find((session) => session.client === client && session.isLoggedIn);
  }

  get isInUse(): boolean {
    return [...this.#sessions].some((session) => session.isLoggedIn);
  }

  has(message: MailMessage): boolean {
    return this.messages.includes(message);
  }

  async remove(client: Client, removals: readonly Removal[]): Promise<void> {
    const present = removals.filter(({ message }) => this.has(message));
    if (present.length === 0) return;
    await this.witness.removing(client, present);
    const gone = new Set(present.map(({ message }) => message));
    this.messages = this.messages.filter((message) => !gone.has(message));
  }
}
