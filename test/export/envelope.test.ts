// Sender and date of a message, from its header block.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_DATED_HEADER_OCTETS } from '../../lib/core/limits.ts';
import { EnvelopeScanner } from '../../lib/export/envelope.ts';
import type { Envelope } from '../../lib/export/envelope.ts';

function envelopeOf(message: string, cut = Infinity): Envelope {
  const octets = Buffer.from(message, 'latin1');
  const scanner = new EnvelopeScanner();
  for (let at = 0; at < octets.length; at += cut) if (scanner.push(octets.subarray(at, at + cut))) break;
  return scanner.end();
}

function senderOf(header: string): string | undefined {
  const senders = [1, 2, 3, 7, Infinity].map((cut) => envelopeOf(`${header}\r\n\r\nbody\r\n`, cut).sender);
  assert.equal(new Set(senders).size, 1, header);
  return senders[0];
}

test('the sender is that of the topmost Return-Path, wherever it stands, folded or not', () => {
  assert.equal(senderOf('Return-Path: <ann@example.org>'), 'ann@example.org');
  assert.equal(
    senderOf('A: b\r\nreturn-path : bob@example.org\r\nReturn-Path: <ann@example.org>'),
    'bob@example.org',
  );
  assert.equal(senderOf('Return-Path:\r\n\t<ann@example.org> \r\nA: b'), 'ann@example.org');
  assert.equal(senderOf('A: b\nReturn-Path: <ann@example.org>'), 'ann@example.org');
});

test('there is no sender where none is named, or one that could not stand in a line of its own', () => {
  for (const header of [
    'A: b',
    'Return-Path: <>',
    'Return-Path:',
    'X-Return-Path: <ann@example.org>',
    'Return-Path: <ann smith@example.org>',
    'Return-Path: <ann@example.org\rFrom x>',
    'Return-Path: <a\0b@example.org>',
    'Return-Path: <\xe4nn@example.org>',
    'Return-Path: ann@example.org (comment)',
    `Return-Path: <${'a'.repeat(255)}>`,
    'A: b\r\n\r\nReturn-Path: <ann@example.org>',
    'A: b\n\nReturn-Path: <ann@example.org>',
    '\r\nReturn-Path: <ann@example.org>',
  ])
    assert.equal(senderOf(header), undefined, JSON.stringify(header));
});

test('the date is that of the topmost Received, else of Date, else 1970, as for dt', () => {
  const received = 'Received: from a by b; Thu, 2 Jan 2025 03:04:05 +0100\r\n';
  const date = 'Date: Fri, 3 Jan 2025 00:00:00 +0000\r\n';
  const timeOf = (header: string): string => envelopeOf(`${header}\r\nbody`).date.toISOString();
  assert.equal(timeOf(date + received), '2025-01-02T02:04:05.000Z');
  assert.equal(timeOf(date), '2025-01-03T00:00:00.000Z');
  assert.equal(timeOf('Date: soon\r\n'), '1970-01-01T00:00:00.000Z');
});

test('it has seen enough at the end of the header, however that is cut', () => {
  for (const header of ['A: b\r\n\r\n', 'A: b\n\n', '\r\n', '\n']) {
    const scanner = new EnvelopeScanner();
    for (const octet of Buffer.from(header.slice(0, -1))) assert.equal(scanner.push(Buffer.of(octet)), false);
    assert.equal(scanner.push(Buffer.from(header.slice(-1))), true, JSON.stringify(header));
  }
});

test('a header without an end is looked at no further than the limit', () => {
  const scanner = new EnvelopeScanner();
  const chunk = Buffer.alloc(MAX_DATED_HEADER_OCTETS - 1, 'x');
  assert.equal(scanner.push(chunk), false);
  assert.equal(scanner.push(Buffer.from('\r\n')), true);
  assert.equal(scanner.push(Buffer.from('Return-Path: <ann@example.org>\r\n\r\n')), true);
  assert.deepEqual(scanner.end(), { sender: undefined, date: new Date(0) });
});
