// Messages that are large in one way, made in pieces as they are read: an attachment, or HTML.

import { base64Lines } from '../mailbox/transfer-encoding.ts';
import { randomOf } from '../mailbox/random.ts';

const TOP =
  'From: a@example.com\r\nSubject: large\r\nDate: Mon, 1 Jan 2024 12:00:00 +0000\r\nMIME-Version: 1.0\r\n';
const LINE_OCTETS = 57;
const BLOCK_LINES = 800;

/** One text and one attachment in base64. @param sizeOctets of the attachment, decoded */
export function* largeMail(sizeOctets: number): Generator<Buffer, void, undefined> {
  const random = randomOf('large');
  const block = base64Lines(
    Buffer.from(Array.from({ length: LINE_OCTETS * BLOCK_LINES }, () => random.integer(0, 255))),
  );
  yield Buffer.from(
    `${TOP}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nText\r\n--b\r\n` +
      'Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n',
  );
  for (let left = sizeOctets; left > 0; left -= LINE_OCTETS * BLOCK_LINES) yield Buffer.from(block);
  yield Buffer.from('--b--\r\n');
}

const PARAGRAPHS = 1000;

/** @param sizeOctets about so many of HTML */
export function* htmlMail(sizeOctets: number): Generator<Buffer, void, undefined> {
  const paragraph =
    '<p style="margin:0">Grüße an alle</p><a href="http://example.com/?a=1&amp;b=2">hier</a>\r\n';
  const block = Buffer.from(paragraph.repeat(PARAGRAPHS));
  yield Buffer.from(
    `${TOP}Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n`,
  );
  for (let left = sizeOctets; left > 0; left -= block.length) yield Buffer.from(block);
}
