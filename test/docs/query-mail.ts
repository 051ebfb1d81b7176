// The mail that the questions of docs/query.md are asked about in their test.

import { maildropOf } from '../support/pop3-server/maildrop.ts';
import type { TestMessage } from '../support/pop3-server/maildrop.ts';

interface Letter {
  readonly id?: string;
  readonly from?: string;
  readonly to?: string;
  readonly subject: string;
  /** Day of January 2025 and hour, UTC. */
  readonly sent?: readonly [day: number, hour: number];
  readonly received?: readonly [day: number, hour: number];
  readonly more?: readonly string[];
  readonly text?: string;
  readonly attachment?: readonly [name: string, type: string, content: string];
}

const FROM_SHOP = 'Shop <Billing@shop.example>';
export const INVOICE_CONTENT = '%PDF-1.4 seventeen euros';
const INVOICE = ['Invoice-17.pdf', 'application/pdf', INVOICE_CONTENT] as const;

const LETTERS: readonly Letter[] = [
  { id: 'i17', from: FROM_SHOP, subject: 'Your order', sent: [3, 9], received: [3, 9], attachment: INVOICE },
  {
    id: 'i18',
    from: FROM_SHOP,
    subject: 'Invoice 18',
    sent: [30, 9],
    attachment: ['scan.pdf', 'application/pdf', `%PDF-1.4 ${'x'.repeat(500)}`],
  },
  { id: 'i19', from: FROM_SHOP, subject: 'Invoice 19', sent: [40, 9] },
  // The same mail once more, by a list that adds a line.
  {
    id: 'lunch',
    from: 'bob@example.net',
    subject: 'Lunch',
    sent: [5, 10],
    received: [5, 10],
    text: 'At noon?',
  },
  {
    id: 'lunch',
    from: 'bob@example.net',
    subject: 'Lunch',
    sent: [5, 10],
    text: 'At noon?\r\n-- \r\nThe list',
  },
  {
    id: 'reply',
    to: 'Bob <BOB@example.net>',
    subject: 'Re: Lunch',
    sent: [5, 11],
    received: [7, 13],
    more: ['In-Reply-To: <lunch@x.example>', 'References: <lunch@x.example>'],
  },
  {
    id: 'dmarc',
    from: 'noreply@big.example',
    subject: 'Report Domain: example.com Submitter: big.example Report-ID: <1>',
    sent: [6, 0],
    attachment: ['big.example!example.com!1!2.xml.gz', 'application/gzip', 'not really gzip'],
  },
  { id: 'forward', from: 'carol@example.net', subject: 'For your files', sent: [8, 8], attachment: INVOICE },
  { subject: 'Nobody wrote this', received: [9, 9], from: '' },
];

export function queryMail(): TestMessage[] {
  return maildropOf(LETTERS.map(toOctets));
}

/** Octets of the messages whose subjects begin so, as SQL's sum says them. */
export function octetsOf(...subjects: readonly string[]): string {
  const chosen = LETTERS.filter(({ subject }) => subjects.some((start) => subject.startsWith(start)));
  return String(chosen.reduce((sum, letter) => sum + toOctets(letter).length, 0));
}

function toOctets(letter: Letter): Buffer {
  const { id, from = 'me@example.com', to = 'me@example.com', subject, sent, received, more = [] } = letter;
  const lines = [
    ...(received ? [`Received: from a.example by b.example; ${dateOf(received)}`] : []),
    ...(from === '' ? [] : [`From: ${from}`]),
    `To: ${to}`,
    `Subject: ${subject}`,
    ...(sent ? [`Date: ${dateOf(sent)}`] : []),
    ...(id ? [`Message-ID: <${id}@x.example>`] : []),
    ...more,
    'MIME-Version: 1.0',
    ...body(letter),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n`);
}

function body({ text = 'Hello', attachment }: Letter): string[] {
  if (attachment === undefined) return ['', text];
  const [name, type, content] = attachment;
  return [
    'Content-Type: multipart/mixed; boundary="b"',
    '',
    '--b',
    '',
    text,
    '--b',
    `Content-Type: ${type}`,
    `Content-Disposition: attachment; filename="${name}"`,
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from(content).toString('base64'),
    '--b--',
  ];
}

function dateOf([day, hour]: readonly [number, number]): string {
  return new Date(Date.UTC(2025, 0, day, hour)).toUTCString().replace('GMT', '+0000');
}
