// The messages of a model mailbox. Each is itself, whatever UIDL it has at the moment; what the archive must hold of it is
// worked out here, without a line of the product.

import { createHash } from 'node:crypto';
import { asServed } from '../../support/pop3-server/maildrop.ts';

/** What makes the octets of a message: the same recipe, the same octets. */
export interface Recipe {
  /** Messages of one number have one header. */
  readonly header: number;
  /** Messages of one header and size, and of different bodies, are told apart by their octets alone. */
  readonly body: number;
  /** From 0; two sizes differ by a multiple of 64 octets. */
  readonly sizeClass: number;
  readonly shape: MailShape;
}

export const MAIL_SHAPES = ['received', 'dated', 'undated', 'dots', 'no-line-end'] as const;
export type MailShape = (typeof MAIL_SHAPES)[number];

/** Why a server does not give a message out: `refuse` with -ERR · `break` the connection ends in the middle. */
export interface Trouble {
  readonly how: 'refuse' | 'break';
  /** `null`: for ever. */
  timesLeft: number | null;
}

export interface MailMessage {
  /** For people. */
  readonly name: string;
  readonly recipe: Recipe;
  /** As the server has it, and LIST measures it. */
  readonly octets: Buffer;
  /** As RETR gives it. */
  readonly served: Buffer;
  readonly sha256: string;
  /** Below the account's folder. */
  readonly dt: string;
  /** Of the header block, so that TOP shows this much and the empty line behind it. */
  readonly headerOctets: number;
  /** Empty: none. */
  uidl: string;
  trouble: Trouble | undefined;
  /** By the virtual clock; the earliest, should the clock go back. */
  firstListedAt: number | undefined;
}

const SMALLEST_OCTETS = 300;
const SIZE_STEP_OCTETS = 64;
/** One of them after another, with the day in UTC that it means. */
const DATES = [
  ['Tue, 04 Mar 2025 12:00:00 +0000', '2025-03-04'],
  ['Tue, 04 Mar 2025 23:30:00 -0200', '2025-03-05'],
  ['Sat, 01 Mar 2025 00:30:00 +0100', '2025-02-28'],
] as const;

export function makeMessage(name: string, recipe: Recipe, uidl: string): MailMessage {
  const [header, dt] = headerOf(recipe);
  const octets = withBody(header, recipe);
  const served = asServed(octets);
  return {
    name,
    recipe,
    octets,
    served,
    sha256: createHash('sha256').update(served).digest('hex'),
    dt,
    headerOctets: header.length,
    uidl,
    trouble: undefined,
    firstListedAt: undefined,
  };
}

/** The key, worked out by hand. */
export function rightKey(account: string, { dt, sha256 }: MailMessage): string {
  return `raw/account=${account}/dt=${dt}/${sha256}.eml`;
}

/** Whether TOP and LIST show the same of both, so that nothing short of their octets tells them apart. */
export function looksLike(one: MailMessage, other: MailMessage): boolean {
  const [a, b] = [one.recipe, other.recipe];
  return a.header === b.header && a.sizeClass === b.sizeClass && a.shape === b.shape;
}

/** Cannot be fetched, however often it is tried. */
export function isLost({ trouble }: MailMessage): boolean {
  return trouble !== undefined && trouble.timesLeft === null;
}

function headerOf({ header, shape }: Recipe): [string, string] {
  const [date, day] = DATES[header % DATES.length] ?? DATES[0];
  const id = `Message-ID: <${header}@model.example>\r\nSubject: message ${header}\r\n`;
  if (shape === 'undated') return [id, '1970-01-01'];
  if (shape === 'dated') return [`Date: ${date}\r\n${id}`, day];
  return [`Received: from a.example by b.example; ${date}\r\n${id}`, day];
}

function withBody(header: string, { body, sizeClass, shape }: Recipe): Buffer {
  const sizeOctets = SMALLEST_OCTETS + SIZE_STEP_OCTETS * sizeClass;
  const start = shape === 'dots' ? '.\r\n..\r\n.dot\r\n' : '';
  const end = shape === 'no-line-end' ? '' : '\r\n';
  const words = `${header}\r\n${start}body ${body} `;
  return Buffer.from(words + 'x'.repeat(sizeOctets - words.length - end.length) + end, 'latin1');
}
