// One session of a model server: command lines in, octets out (RFC 1939). Message numbers are those of its login.
// Never deletes before QUIT.

import { DotStuffer } from '../../support/pop3-server/dot-stuffing.ts';
import type { MailMessage } from './mail-message.ts';
import type { MailServer, Removal } from './mail-server.ts';
import { listedOctets } from './quirks.ts';

export interface Answer {
  readonly octets: Buffer;
  /** The server closes the connection behind them. */
  readonly ends: boolean;
}

export class ServerSession<Client> {
  readonly client: Client;
  readonly greeting: Answer;
  /** Message n is at n - 1. */
  listing: readonly MailMessage[] = [];
  readonly #server: MailServer<Client>;
  readonly #marked = new Set<MailMessage>();
  readonly #retrieved = new Set<MailMessage>();
  /** As told in this session, whatever they are called by now. */
  readonly #uidls = new Map<MailMessage, string>();
  #isLoggedIn = false;

  constructor(server: MailServer<Client>, client: Client, isTurnedAway: boolean) {
    this.#server = server;
    this.client = client;
    this.greeting = isTurnedAway ? { ...line('-ERR no more connections'), ends: true } : line('+OK ready');
  }

  get isLoggedIn(): boolean {
    return this.#isLoggedIn;
  }

  /** @param command without its CRLF */
  async answer(command: string): Promise<Answer> {
    const [verb = '', ...words] = command.split(' ');
    if (verb === 'QUIT') return await this.#quit();
    if (verb === 'CAPA') return this.#capa();
    if (!this.#isLoggedIn) return this.#authorize(verb);
    if (verb === 'UIDL') return this.#uidl();
    if (verb === 'LIST') return words[0] === undefined ? this.#list() : this.#listOne(words[0]);
    if (verb === 'NOOP') return line('+OK');
    if (verb === 'STAT') return this.#stat();
    if (verb === 'RSET') return this.#rset();
    const message = this.#messageAt(words[0]);
    if (!message) return line('-ERR no such message');
    if (verb === 'RETR') return this.#retr(message);
    if (verb === 'TOP') return this.#top(message, Number(words[1]));
    if (verb === 'DELE') return this.#dele(message);
    return line('-ERR unknown command');
  }

  #authorize(verb: string): Answer {
    if (verb === 'USER') return line('+OK password please');
    if (verb !== 'PASS') return line('-ERR not in this state');
    if (this.#server.quirks.isExclusive && this.#server.isInUse)
      return line('-ERR [IN-USE] somebody is here');
    this.#isLoggedIn = true;
    this.listing = [...this.#server.messages];
    this.#server.witness.loggedIn(this.client, this.listing);
    return line('+OK logged in');
  }

  #capa(): Answer {
    const { hasUidl, hasTop, pipelines } = this.#server.quirks;
    return rows([
      ...(hasUidl ? ['UIDL'] : []),
      ...(hasTop ? ['TOP'] : []),
      ...(pipelines ? ['PIPELINING'] : []),
      'USER',
      'RESP-CODES',
    ]);
  }

  #uidl(): Answer {
    if (!this.#server.quirks.hasUidl) return line('-ERR unknown command');
    for (const message of this.listing) this.#uidls.set(message, message.uidl);
    return this.#listing(({ uidl }) => uidl);
  }

  #list(): Answer {
    return this.#listing(({ octets }) => String(listedOctets(octets.length, this.#server.quirks)));
  }

  #listOne(argument: string): Answer {
    const message = this.#messageAt(argument);
    if (!message) return line('-ERR no such message');
    return line(`+OK ${argument} ${listedOctets(message.octets.length, this.#server.quirks)}`);
  }

  #listing(column: (message: MailMessage) => string): Answer {
    const entries = [...this.listing.entries()].filter(([, message]) => !this.#marked.has(message));
    for (const [, message] of entries) this.#server.witness.listed(message);
    return rows(entries.map(([index, message]) => `${index + 1} ${column(message)}`));
  }

  #stat(): Answer {
    const octets = this.listing.reduce((sum, message) => sum + message.octets.length, 0);
    return line(`+OK ${this.listing.length} ${octets}`);
  }

  #rset(): Answer {
    this.#marked.clear();
    return line('+OK');
  }

  #messageAt(argument: string | undefined): MailMessage | undefined {
    const message = this.listing[Number(argument) - 1];
    return message && !this.#marked.has(message) ? message : undefined;
  }

  #retr(message: MailMessage): Answer {
    if (!this.#server.has(message)) return line('-ERR it is gone');
    const trouble = takeTrouble(message);
    if (trouble === 'refuse') return line('-ERR this one cannot be read');
    const octets = body(message.served);
    if (trouble === 'break') return { octets: octets.subarray(0, octets.length >> 1), ends: true };
    this.#retrieved.add(message);
    this.#server.witness.retrieved(this.client, message);
    return { octets, ends: false };
  }

  #top(message: MailMessage, bodyLines: number): Answer {
    if (!this.#server.quirks.hasTop) return line('-ERR unknown command');
    if (bodyLines !== 0) throw new Error('the model knows TOP without body lines only');
    return { octets: body(message.octets.subarray(0, message.headerOctets + 2)), ends: false };
  }

  #dele(message: MailMessage): Answer {
    this.#marked.add(message);
    this.#server.witness.marked(this.client, message);
    return line('+OK marked');
  }

  async #quit(): Promise<Answer> {
    const { quit, expires } = this.#server.quirks;
    const marked = [...this.#marked].map((message) => this.#removal(message, 'dele'));
    const removed = quit === 'refuse-some' ? marked.slice(0, marked.length >> 1) : marked;
    const expired = expires ? [...this.#retrieved].filter((message) => !this.#marked.has(message)) : [];
    if (quit !== 'drop' && quit !== 'refuse') {
      await this.#server.remove(this.client, [
        ...removed,
        ...expired.map((message) => this.#removal(message, 'expired')),
      ]);
    }
    this.#server.forget(this);
    if (quit === 'drop' || quit === 'commit-and-drop') return { octets: Buffer.alloc(0), ends: true };
    const isRefused = quit !== 'ok' && marked.length > 0;
    return { ...line(isRefused ? '-ERR some messages are not removed' : '+OK bye'), ends: true };
  }

  #removal(message: MailMessage, why: Removal['why']): Removal {
    return { message, uidl: this.#uidls.get(message) ?? '', why };
  }
}

/** What is in the way of this RETR, used up if it does not last. */
function takeTrouble(message: MailMessage): 'refuse' | 'break' | undefined {
  const { trouble } = message;
  if (!trouble) return undefined;
  if (trouble.timesLeft !== null) trouble.timesLeft -= 1;
  if (trouble.timesLeft === 0) message.trouble = undefined;
  return trouble.how;
}

function line(text: string): Answer {
  return { octets: Buffer.from(`${text}\r\n`, 'latin1'), ends: false };
}

function rows(entries: readonly string[]): Answer {
  return line(['+OK', ...entries, '.'].join('\r\n'));
}

function body(octets: Buffer): Buffer {
  const stuffer = new DotStuffer();
  return Buffer.concat([Buffer.from('+OK\r\n'), stuffer.push(octets), stuffer.end()]);
}
