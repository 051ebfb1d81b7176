// One session of a trace as lines of text. The secrets are hidden before they get here; the user name, and what a server gives
// away of SCRAM, are hidden here.

import type { ProtocolTrace } from '../ports/pop3.ts';

const HIDDEN = '***';
/** Of a shorter name too much else would be hidden; in USER it is hidden all the same. */
const SHORTEST_NAME_CHARACTERS = 3;

export interface TracedSessionOptions {
  readonly user: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Takes a line of printable ASCII, without its end. */
  readonly write: (line: string) => void;
}

export class TracedSession implements ProtocolTrace {
  readonly #options: TracedSessionOptions;
  readonly #names: readonly RegExp[];
  #day = '';
  /** Of a message, not yet told. */
  #octets = 0;
  #isProving = false;

  constructor(options: TracedSessionOptions) {
    this.#options = options;
    this.#names = namePatterns(options.user);
    this.#day = this.#time().day;
  }

  sent(line: string): void {
    this.#isProving = line.startsWith('AUTH SCRAM-') || (this.#isProving && line === HIDDEN);
    const shown = line.startsWith('USER ') ? `USER ${HIDDEN}` : line;
    this.#say(`C: ${this.#hideNames(Buffer.from(shown, 'utf8').toString('latin1'))}`);
  }

  received(line: string): void {
    // Salt, nonce and signature let a password be guessed without the server (RFC 5802 section 9).
    const shown = this.#isProving && line.startsWith('+ ') ? `+ ${HIDDEN}` : line;
    this.#say(`S: ${this.#hideNames(shown)}`);
  }

  receivedOctets(count: number): void {
    this.#octets += count;
  }

  secured(): void {
    this.#say('-- tls');
  }

  over(how: Parameters<ProtocolTrace['over']>[0]): void {
    this.#say(MARKS[how] ?? `# ${how}`);
  }

  #say(text: string): void {
    const { day, clock } = this.#time();
    if (day !== this.#day) this.#options.write(`# ${day}`);
    this.#day = day;
    if (this.#octets > 0) this.#options.write(`${clock} S: <${this.#octets} octets>`);
    this.#octets = 0;
    const printable = toPrintable(text);
    this.#options.write(text.startsWith('#') ? printable : `${clock} ${printable}`);
  }

  #time(): { readonly day: string; readonly clock: string } {
    const [day = '', clock = ''] = new Date(this.#options.now()).toISOString().slice(0, -1).split('T');
    return { day, clock };
  }

  #hideNames(line: string): string {
    return this.#names.reduce((shown, name) => shown.replaceAll(name, HIDDEN), line);
  }
}

/** As a transcript has them; what it knows no mark for is a comment. */
const MARKS: Readonly<Record<string, string>> = {
  closed: '# closed by us',
  ended: '-- close',
  POP3_CONNECTION_LOST: '-- reset',
  POP3_TIMEOUT: '-- silence',
};

/** The name itself, and what stands before its `@`: servers greet with either. */
function namePatterns(user: string): RegExp[] {
  const names = [user, user.split('@', 1)[0] ?? ''];
  const octets = names.map((name) => Buffer.from(name, 'utf8').toString('latin1'));
  return octets
    .filter((name) => name.length >= SHORTEST_NAME_CHARACTERS)
    .map((name) => new RegExp(`(?<![A-Za-z0-9])${escapePattern(name)}(?![A-Za-z0-9])`, 'gi'));
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);
}

/** Every octet but printable ASCII, and the backslash, as `\xHH`. */
function toPrintable(line: string): string {
  return line.replaceAll(
    /[^\x20-\x5b\x5d-\x7e]/g,
    (octet) => `\\x${octet.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
