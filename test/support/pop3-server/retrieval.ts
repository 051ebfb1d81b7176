// RETR and TOP: a message as a stream, dot-stuffed, at the client's pace.
// Never holds more of a message than one slice, and adds no octet but what RFC 1939 section 3 demands.

import { DotStuffer } from './dot-stuffing.ts';
import type { Pop3Faults, RetrCut } from './faults.ts';
import { openMessage } from './maildrop.ts';
import type { TestMessage } from './maildrop.ts';
import { messageAt, NO_SUCH_MESSAGE, reply } from './session.ts';
import type { Session } from './session.ts';
import { headersAndLines } from './top-lines.ts';
import { ConnectionEnded } from './wire.ts';

const REFUSAL = '-ERR this one cannot be read';

const GATHERED_OCTETS = 256 * 1024;

type AnswerCut = Pick<RetrCut, 'afterOctets' | 'how'>;

export async function retr(session: Session, argument: string): Promise<void> {
  const message = messageAt(session, argument);
  const { faults } = session.server;
  if (message === undefined || isRefused(faults, Number(argument), message)) {
    await reply(session, message === undefined ? NO_SUCH_MESSAGE : (faults.refusal ?? REFUSAL));
    return;
  }
  await answerWith(session, openMessage(message), cutOf(faults, Number(argument), message));
  session.log.retrieved += 1;
  if (session.log.retrieved === faults.closeAfterRetrs) session.phase = 'over';
}

export async function top(session: Session, argument: string): Promise<void> {
  const [number = '', lines = '', ...rest] = argument.split(' ');
  if (session.server.faults.refuseTop === true) {
    await reply(session, '-ERR unknown command');
    return;
  }
  const message = messageAt(session, number);
  if (message === undefined || !/^\d+$/.test(lines) || rest.length > 0) {
    await reply(session, message === undefined ? NO_SUCH_MESSAGE : '-ERR TOP message lines');
    return;
  }
  await answerWith(session, headersAndLines(openMessage(message), Number(lines)));
}

function isRefused(faults: Pop3Faults, number: number, { uidl }: TestMessage): boolean {
  return faults.refuseRetr?.includes(number) === true || faults.refuseRetrOf?.includes(uidl) === true;
}

function cutOf(faults: Pop3Faults, number: number, { uidl }: TestMessage): AnswerCut | undefined {
  if (faults.cutRetr?.message === number) return faults.cutRetr;
  return faults.cutRetrOf?.uidl === uidl ? faults.cutRetrOf : undefined;
}

async function answerWith(
  session: Session,
  chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
  cut?: AnswerCut,
): Promise<void> {
  const answer = new Answer(session, cut);
  const stuffer = new DotStuffer();
  for await (const chunk of chunks) await answer.push(stuffer.push(chunk));
  await answer.push(stuffer.end());
  await answer.flush();
}

/** Gathers slices into few writes, so that a small message is one segment, and stops where a fault says so. */
class Answer {
  readonly #session: Session;
  readonly #cut: AnswerCut | undefined;
  #gathered: Buffer[] = [Buffer.from('+OK message follows\r\n')];
  #gatheredOctets = 0;
  #octetsLeft: number;

  constructor(session: Session, cut: AnswerCut | undefined) {
    this.#session = session;
    this.#cut = cut;
    this.#octetsLeft = cut?.afterOctets ?? Infinity;
  }

  /** @throws ConnectionEnded where the cut is */
  async push(octets: Buffer): Promise<void> {
    this.#gathered.push(octets.subarray(0, Math.min(octets.length, this.#octetsLeft)));
    this.#gatheredOctets += octets.length;
    if (octets.length > this.#octetsLeft) await this.#endHere();
    this.#octetsLeft -= octets.length;
    if (this.#gatheredOctets >= GATHERED_OCTETS) await this.flush();
  }

  async flush(): Promise<void> {
    await this.#session.wire.write(this.#gathered, this.#session.server.faults.writeOctets);
    this.#gathered = [];
    this.#gatheredOctets = 0;
  }

  async #endHere(): Promise<never> {
    await this.flush();
    if (this.#cut?.how === 'reset') this.#session.wire.reset();
    throw new ConnectionEnded();
  }
}
