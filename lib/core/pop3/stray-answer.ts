// Whether a message begins with what may be the server's own answer to RETR: so it looks when another answer that nobody
// asked for, or that came late, was taken for that one. Pure.

const LF = 0x0a;
/** Of a first line nothing beyond this is looked at. */
const MAX_LINE_OCTETS = 8 * 1024;
const LINE_END_OCTETS = 2;
const ANSWER = /^(?:\+OK|-ERR)(?:[ \t\r\n]|$)/i;

export class StrayAnswerScanner {
  #start = '';
  #octets = 0;
  #hasLine = false;

  /** Any number of octets of the message, from its first. */
  push(octets: Uint8Array): void {
    this.#octets += octets.length;
    if (this.#hasLine) return;
    const end = octets.indexOf(LF);
    this.#start += Buffer.from(end === -1 ? octets : octets.subarray(0, end + 1)).toString('latin1');
    this.#hasLine = end !== -1 || this.#start.length > MAX_LINE_OCTETS;
  }

  /** Mail that begins so is none by RFC 5322, but octets are octets: it exists. */
  get looksLikeAnswer(): boolean {
    return ANSWER.test(this.#start);
  }

  /** By more than a line end, but not by all of it. Servers are often off by some octets, so this alone says nothing. */
  isShorterThan(listedOctets: number | undefined): boolean {
    return this.#octets > 0 && this.#octets + LINE_END_OCTETS < (listedOctets ?? 0);
  }

  /** Whether the message is by just this line longer than LIST said: then the line is the server's. */
  isLongerByIt(listedOctets: number | undefined): boolean {
    return this.looksLikeAnswer && listedOctets === this.#octets - this.#start.length;
  }

  /** Whether not one octet came of a message that has some by LIST. One line end, which servers count or not, is nothing to miss. */
  hasLostAll(listedOctets: number | undefined): boolean {
    return this.#octets === 0 && (listedOctets ?? 0) > LINE_END_OCTETS;
  }
}
