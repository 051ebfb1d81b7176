// Mail with attachments, any amount of it, all deterministic. Some attachments come in several messages, some bodies in two forms.

import { createHash } from 'node:crypto';

const SHARED_ATTACHMENTS = 7;

/** A multipart message of 10 to 150 kB, another one for each number; every third carries an attachment others carry too. */
export function mailWithAttachments(number: number): Buffer {
  const boundary = `=_boundary-${number}`;
  const sent = new Date(Date.UTC(2025, 0, 1) + number * 3_600_000).toUTCString().replace('GMT', '+0000');
  const shared = number % 3 === 0;
  const lines = [
    `Received: from out.example.org by in.example.com; ${sent}`,
    `From: Sender ${number} <sender-${number}@example.org>`,
    'To: reader@example.com',
    `Subject: =?utf-8?B?${Buffer.from(`Größe ${number}`).toString('base64')}?=`,
    `Message-ID: <attachments-${number}@example.org>`,
    `Date: ${sent}`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    `Letter ${number}`,
    '.',
    '..and a line that begins with dots',
    ...attachmentPart(
      boundary,
      `own-${number}.bin`,
      octets(`own ${number}`, 5_000 + ((number * 7919) % 100_000)),
    ),
    ...(shared
      ? attachmentPart(boundary, 'shared.bin', octets(`shared ${number % SHARED_ATTACHMENTS}`, 20_000))
      : []),
    `--${boundary}--`,
    '',
  ];
  return Buffer.from(lines.join('\r\n'));
}

function attachmentPart(boundary: string, name: string, content: Buffer): string[] {
  return [
    `--${boundary}`,
    'Content-Type: application/octet-stream',
    'Content-Transfer-Encoding: base64',
    `Content-Disposition: attachment; filename="${name}"`,
    '',
    ...(content.toString('base64').match(/.{1,76}/g) ?? []),
  ];
}

/** Octets that look random and are always the same for the same seed. */
function octets(seed: string, count: number): Buffer {
  return createHash('shake256', { outputLength: count }).update(seed).digest();
}
