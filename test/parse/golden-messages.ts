// Messages worth reading, each with one thing that parsers get wrong. Their documents are in golden/: a change of one is a
// change of the format. Written anew by `node test/parse/write-golden.ts`, after reading the difference.

import { HTML, multipart, TEXT, TOP } from './parsed.ts';

const part = (type: string, ...lines: readonly string[]): string[] => [`Content-Type: ${type}`, ...lines];
const NESTED = ['From: n@example.com', 'Subject: nested', 'Date: Tue, 2 Jan 2024 00:00:00 +0000'];
const WIN_1252 = Buffer.from('Subject: Gr\xfc\xdfe \x80\r\n\r\nGr\xfc\xdfe \x80', 'latin1');

/** By name; text is UTF-8. */
export const GOLDEN_MESSAGES: Readonly<Record<string, readonly string[] | Uint8Array>> = {
  'plain-text': [...TOP, 'Subject: Hello', 'Message-ID: <1@example.com>', '', 'Hello', '', 'World'],
  'text-and-html': [...TOP, ...multipart('alternative', [TEXT, HTML])],
  'html-with-inline-image': [
    ...TOP,
    ...multipart('related', [
      HTML,
      part('image/png', 'Content-ID: <i@x>', 'Content-Transfer-Encoding: base64', '', 'iVBORw0='),
    ]),
  ],
  'text-part-with-a-name-is-an-attachment': [
    ...TOP,
    ...multipart('mixed', [
      TEXT,
      part('text/plain; name=notes.txt', '', 'notes'),
      part('text/html; name=a.html', 'Content-Disposition: inline', '', '<p>'),
    ]),
  ],
  'attachment-name-in-rfc2231-pieces': [
    ...TOP,
    ...multipart('mixed', [
      part(
        'application/pdf',
        "Content-Disposition: attachment; filename*0*=utf-8''R%C3%A9; filename*1=sum; filename*2*=%C3%A9%E3%83%86.pdf",
        '',
        'x',
      ),
    ]),
  ],
  'attachment-name-as-encoded-word': [
    ...TOP,
    ...multipart('mixed', [part('application/pdf; name="=?iso-8859-1?q?R=E9sum=E9=2Epdf?="', '', 'x')]),
  ],
  'attachment-name-in-raw-octets': [
    ...TOP,
    ...multipart('mixed', [
      part('application/pdf', 'Content-Disposition: attachment; filename="Résumé.pdf"', '', 'x'),
    ]),
  ],
  'attachment-name-that-is-a-path': [
    ...TOP,
    ...multipart('mixed', [
      part('application/pdf', 'Content-Disposition: attachment; filename="../../etc/passwd"', '', 'x'),
    ]),
  ],
  'forwarded-message': [
    ...TOP,
    ...multipart('mixed', [
      TEXT,
      part(
        'message/rfc822',
        '',
        ...NESTED,
        ...multipart('mixed', [TEXT, part('a/b; name=x', '', 'y')], 'inner'),
      ),
    ]),
  ],
  'message-in-message-in-message': [
    ...TOP,
    ...part('message/rfc822', '', ...NESTED, ...part('message/rfc822', '', ...NESTED, '', 'deep')),
  ],
  'forwarded-message-in-base64': [
    ...TOP,
    ...part(
      'message/rfc822',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from(`${NESTED.join('\r\n')}\r\n\r\nhi`).toString('base64'),
    ),
  ],
  digest: [
    ...TOP,
    ...multipart('digest', [
      ['', ...NESTED, '', 'one'],
      ['', 'Subject: two', '', 'two'],
    ]),
  ],
  'delivery-report': [
    ...TOP,
    ...multipart('report', [
      TEXT,
      part('message/delivery-status', '', 'Reporting-MTA: dns; mx.example.com', '', 'Action: failed'),
      part('text/rfc822-headers', '', ...NESTED),
    ]),
  ],
  'feedback-report': [
    ...TOP,
    ...multipart('report', [
      TEXT,
      part('message/feedback-report', '', 'Feedback-Type: abuse'),
      part('message/rfc822', '', ...NESTED, '', 'spam'),
    ]),
  ],
  'calendar-invitation': [
    ...TOP,
    ...multipart('alternative', [
      TEXT,
      part('text/calendar; method=REQUEST; charset=utf-8', '', 'BEGIN:VCALENDAR'),
    ]),
  ],
  'smime-signed': [
    ...TOP,
    ...multipart('signed', [
      TEXT,
      part('application/pkcs7-signature; name=smime.p7s', 'Content-Transfer-Encoding: base64', '', 'MIA='),
    ]),
  ],
  'smime-opaque': [
    ...TOP,
    ...part(
      'application/pkcs7-mime; smime-type=signed-data; name=smime.p7m',
      'Content-Transfer-Encoding: base64',
      '',
      'MIA=',
    ),
  ],
  'pgp-encrypted': [
    ...TOP,
    ...multipart('encrypted', [
      part('application/pgp-encrypted', '', 'Version: 1'),
      part('application/octet-stream', '', '-----BEGIN PGP MESSAGE-----'),
    ]),
  ],
  'winmail-dat': [
    ...TOP,
    ...multipart('mixed', [
      TEXT,
      part('application/ms-tnef; name=winmail.dat', 'Content-Transfer-Encoding: base64', '', 'eJ8+Ig=='),
    ]),
  ],
  'partial-message': [
    ...TOP,
    ...part('message/partial; id="x@y"; number=1; total=2', '', ...NESTED, '', 'first half'),
  ],
  'external-body': [
    ...TOP,
    ...multipart('mixed', [
      part(
        'message/external-body; access-type=URL; URL="https://example.com/a"',
        '',
        'Content-Type: image/png',
        '',
      ),
    ]),
  ],
  'uuencoded-part': [
    ...TOP,
    ...multipart('mixed', [
      part(
        'application/octet-stream; name=a.txt',
        'Content-Transfer-Encoding: x-uuencode',
        '',
        'begin 644 a.txt',
        '#0V%T',
        '`',
        'end',
      ),
    ]),
  ],
  'files-uuencoded-in-text': [
    ...TOP,
    ...part('text/plain', '', 'Two:', 'begin 644 a.txt', '#0V%T', '`', 'end', 'begin 600 b', '`', 'end'),
  ],
  'utf-7': [
    ...TOP,
    'Subject: =?utf-7?q?Fr+APY-sche?=',
    ...part('text/plain; charset=utf-7', '', 'Fr+APY-sche'),
  ],
  'no-charset-declared': WIN_1252,
  'wrong-charset-declared': [...TOP, ...part('text/plain; charset=euc-jp', '', 'Grüße')],
  'unknown-charset-declared': [...TOP, ...part('text/plain; charset=x-martian', '', 'Grüße')],
  'impossible-date': ['From: a@example.com', 'Date: Thu, 30 Feb 2024 25:00:00 +0000', '', 'x'],
  'two-from-headers': [...TOP, 'From: "B" <b@example.com>', 'Subject: one', 'Subject: two', '', 'x'],
  'boundary-in-a-boundary': [
    ...TOP,
    ...multipart('mixed', [
      TEXT,
      multipart('mixed', [part('a/b', '', 'x')], 'bb'),
      part('a/b', '', '--bbb', '--b-', ' --b'),
    ]),
  ],
  'cut-short': [
    ...TOP,
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    ...part('application/pdf; name=a.pdf', 'Content-Transfer-Encoding: base64', '', 'JVBERi0x'),
  ],
};
