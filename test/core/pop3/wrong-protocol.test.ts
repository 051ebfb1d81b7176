// Other protocols are known by their first octets; nothing that a POP3 server may say is taken for one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnoseGreeting } from '../../../lib/core/pop3/wrong-protocol.ts';

const octets = (text: string): Uint8Array => Buffer.from(text, 'latin1');

test('a greeting of another protocol is named, with what to change (row 14)', () => {
  for (const [greeting, what, hint] of [
    ['\x16\x03\x03\x00\x7a', /TLS/, /tls: implicit/],
    ['\x15\x03\x01\x00\x02\x02\x46', /TLS/, /tls: implicit/],
    ['* OK [CAPABILITY IMAP4rev1] ready', /IMAP/, /993/],
    ['* BYE too many connections', /IMAP/, /993/],
    ['* ok', /IMAP/, /993/],
    ['220 mx.example.com ESMTP', /SMTP/, /SMTP/],
    ['220-mx.example.com', /SMTP/, /SMTP/],
    ['421 try later', /SMTP/, /SMTP/],
    ['554 go away', /SMTP/, /SMTP/],
    ['200 news.example', /news/, /NNTP/],
    ['HTTP/1.1 400 Bad Request', /web/, /HTTP/],
    ['<!doctype html>', /web/, /HTTP/],
    ['SSH-2.0-OpenSSH_9.6', /SSH/, /SSH/],
    ['"IMPLEMENTATION" "Dovecot Pigeonhole"', /ManageSieve/, /ManageSieve/],
  ] as const) {
    for (const end of ['', '\r\n', '\n', '\r\nmore']) {
      const found = diagnoseGreeting(octets(`${greeting}${end}`));
      assert.match(found?.what ?? '', what, greeting);
      assert.match(found?.hint ?? '', hint, greeting);
    }
  }
});

test('what a POP3 server may greet with is not taken for another protocol', () => {
  for (const greeting of [
    '',
    '+',
    '+OK',
    '+OK 220 ESMTP is next door',
    '+OK * OK',
    '-ERR HTTP/1.1 is no POP3',
    '-ERR [SYS/TEMP] later',
    '+ERR Server error',
    '*',
    '22',
    '2200 mailboxes',
    '\x16',
    '\x16\x16\x16',
    'hello',
  ])
    assert.equal(diagnoseGreeting(octets(greeting)), undefined, greeting);
});

test('every octet can come first, and a megabyte of them', () => {
  for (let octet = 0; octet < 256; octet += 1)
    assert.doesNotThrow(() => diagnoseGreeting(Uint8Array.of(octet)));
  assert.equal(diagnoseGreeting(new Uint8Array(1_000_000)), undefined);
});
