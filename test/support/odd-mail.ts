// Mail that has broken other programs, and any amount of plain mail. All of it made here, all of it deterministic.
// Lines end in CRLF unless the message is about line ends: these are octets as RETR carries them.

export interface OddMessage {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Every odd message, in an order that does not change. 7.4 MB together. */
export function oddMail(): OddMessage[] {
  return [...linesAndDots(), ...octets(), ...bodiesAndHeaders(), ...large()];
}

/** A small ordinary message, another one for each number: 1 second apart from 2025-01-01, oldest first. */
export function plainMail(number: number): Buffer {
  const sent = new Date(Date.UTC(2025, 0, 1) + number * 1000).toUTCString().replace('GMT', '+0000');
  return lines(
    `Return-Path: <writer-${number}@example.org>`,
    `Received: from out.example.org by in.example.com; ${sent}`,
    `From: Writer ${number} <writer-${number}@example.org>`,
    'To: reader@example.com',
    `Subject: Letter ${number}`,
    `Message-ID: <letter-${number}@example.org>`,
    `Date: ${sent}`,
    '',
    `This is letter ${number}.`,
  );
}

function* linesAndDots(): Iterable<OddMessage> {
  yield odd('dots', '.\r\n..\r\n...\r\n.dot first\r\n..two dots first\r\n. \r\nno dot\r\n.\r\n\r\n.\r\n');
  yield odd('dot-last-without-newline', 'the last line is a dot\r\n.');
  yield odd('no-final-newline', 'the last line just stops');
  yield odd('ends-in-bare-cr', 'the last octet is a carriage return\r');
  yield odd('ends-in-bare-lf', 'the last octet is a line feed\n');
  yield odd(
    'bare-cr-and-lf',
    'crlf\r\nlf only\ncr\rinside\rthe line\r\ntwo cr\r\r\nlfcr\n\rboth\n\n\r\r\n\r\nend\r\n',
  );
  // A client that ends an answer at LF `.` LF stops in the middle of these two and takes the rest for answers.
  yield odd('bare-lf-dot', 'before\n.\nstill the message\n..\n.\r\n\r.\rthe end\r\n');
  yield odd('forged-answers', 'before\n.\n+OK 1 5\n.\n-ERR forged\r\n');
  yield odd(
    'from-lines',
    'From here on\r\n>From there\r\n\r\nFrom a@example.org Wed Jan  1 00:00:00 2025\r\nstill this one\r\n',
  );
  yield odd(
    'protocol-words',
    '+OK\r\n+OK 2 320\r\n-ERR no\r\n+ \r\n+\r\n*\r\n* OK\r\nQUIT\r\nRETR 1\r\n.QUIT\r\n',
  );
}

function* octets(): Iterable<OddMessage> {
  const every = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet));
  yield odd('nul', 'before\0after\r\n\0\0\0\r\nNUL at the end\0\r\n');
  yield odd(
    'eight-bit',
    'caf\u00c3\u00a9 in UTF-8, caf\u00e9 in Latin-1, \u00ff\u00fe\u0080 in nothing\r\n',
    ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit'],
  );
  yield odd('every-octet', every.toString('latin1').repeat(4) + '\r\n');
  yield odd('eight-bit-header', 'body\r\n', ['X-Raw: caf\u00c3\u00a9 \u00ff\u0080']);
}

function* bodiesAndHeaders(): Iterable<OddMessage> {
  yield { name: 'zero-octets', bytes: Buffer.alloc(0) };
  yield { name: 'only-crlf', bytes: Buffer.from('\r\n') };
  yield { name: 'one-octet', bytes: Buffer.from('x') };
  yield { name: 'headers-without-blank-line', bytes: lines(...headers('headers-without-blank-line')) };
  yield odd('empty-body', '');
  yield { name: 'no-headers', bytes: lines('', 'A blank line, then this.') };
  const many = Array.from({ length: 2000 }, (_, index) => `X-Field-${index}: value`);
  yield odd('large-header', 'body\r\n', [`X-Large: ${'h'.repeat(70_000)}`, ...many]);
}

function* large(): Iterable<OddMessage> {
  yield odd('line-of-1-mb', 'l'.repeat(1_048_576) + '\r\nafter the long line\r\n');
  yield odd('line-of-1-mb-from-a-dot', '.' + 'd'.repeat(1_048_576) + '\r\n');
  yield odd('5-mb', ('0123456789'.repeat(7) + '\r\n').repeat(72_000));
}

/** A message of this name; body and fields one character per octet. */
function odd(name: string, body: string, fields: readonly string[] = []): OddMessage {
  const head = [...headers(name), ...fields, ''].map((line) => `${line}\r\n`).join('');
  return { name, bytes: Buffer.from(head + body, 'latin1') };
}

function headers(name: string): string[] {
  return [
    'From: Oddity <odd@example.org>',
    'To: reader@example.com',
    `Subject: ${name}`,
    `Message-ID: <${name}@example.org>`,
    'Date: Wed, 01 Jan 2025 00:00:00 +0000',
  ];
}

function lines(...text: string[]): Buffer {
  return Buffer.from(text.map((line) => `${line}\r\n`).join(''), 'latin1');
}
