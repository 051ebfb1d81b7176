// What a document says of content that it does not open.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsed, TOP } from './parsed.ts';

for (const [type, kind, problems] of [
  ['application/pkcs7-mime; smime-type=signed-data', 'smime', ['content-signed-opaque']],
  ['application/x-pkcs7-mime; smime-type="Signed-Data"; name=smime.p7m', 'smime', ['content-signed-opaque']],
  ['application/pkcs7-mime; smime-type=enveloped-data', 'smime', ['content-encrypted']],
  ['application/pkcs7-mime; smime-type=authEnveloped-data', 'smime', ['content-encrypted']],
  ['application/pkcs7-mime; smime-type=compressed-data', 'smime', ['content-compressed']],
  ['application/pkcs7-mime; smime-type=certs-only', 'smime', []],
  ['application/pkcs7-mime; name=smime.p7m', 'smime', ['content-smime-unknown']],
  ['application/pkcs7-mime; smime-type=x-new', 'smime', ['content-smime-unknown']],
  ['application/pkcs7-signature', 'smime-signature', []],
  ['application/pgp-encrypted', 'pgp-encrypted', ['content-encrypted']],
  ['application/pgp-signature', 'pgp-signature', []],
  ['application/octet-stream; name=WINMAIL.DAT', 'tnef', ['tnef-not-expanded']],
] as const) {
  void test(`${type} is of the kind ${kind}, with ${problems.join() || 'no problem'}`, async () => {
    const { document } = await parsed([...TOP, `Content-Type: ${type}`, '', 'x']);
    assert.equal(document.attachments[0]?.kind, kind);
    assert.deepEqual(document.problems, problems);
  });
}
