// The names that stand in a document's `problems`: every tolerance that was applied to a message, and every doubt.
// A name, once published, keeps its meaning: readers filter by it.

/** Name and meaning, in the order in which a document lists them. */
export const PROBLEMS = [
  [
    'parse-failed',
    'The message could not be parsed; at most its headers, and what they say, are there. The next name says why.',
  ],
  ['worker-died', 'The process parsing it ended: out of memory, or a crash.'],
  ['worker-stalled', 'The process parsing it made no progress for too long and was ended.'],
  ['worker-misbehaved', 'The process parsing it broke the protocol with its parent and was ended.'],
  [
    'header-too-large',
    'A part has more header octets, or fields, than are accepted; some fields are left out.',
  ],
  [
    'parts-too-many',
    'It has more MIME parts than are accepted; the last one listed is all the rest of it, as it is.',
  ],
  ['document-too-large', 'Its document would be larger than is accepted.'],
  ['parser-error', 'The MIME parser reported an error.'],
  ['message-empty', 'There is not one octet.'],
  ['mbox-line', 'An mbox separator ("From ") stands before the first header.'],
  ['header-malformed', 'A line of the header block is no header; `headers` leaves it out.'],
  ['header-charset-guessed', 'A header has octets that are neither ASCII nor UTF-8; read as windows-1252.'],
  ['header-charset-unknown', 'An encoded word of a header names a charset that is not known.'],
  ['header-repeated', 'A header that may occur once occurs again; the first counts, recipients are joined.'],
  ['date-missing', 'There is no Date header.'],
  ['date-unparsable', 'The Date header is no date.'],
  ['from-missing', 'There is no From header.'],
  ['from-repeated', 'There are several From headers; `from` has the addresses of all, in order.'],
  ['address-malformed', 'An address has a bracket without its other half; `email` is without it.'],
  ['address-without-domain', 'An address is a bare name; `email` has it as it stands.'],
  ['address-without-mailbox', 'An entry of an address header has a name only; its `email` is empty.'],
  ['boundary-missing', 'A multipart names no usable boundary: its content is one attachment.'],
  ['multipart-empty', 'A multipart has no part, so no line matched its boundary.'],
  ['multipart-unclosed', 'A multipart has no closing delimiter: the message may have been cut short.'],
  [
    'part-after-end',
    'A part stands behind the closing delimiter of its multipart; it is listed like any other.',
  ],
  [
    'nesting-too-deep',
    'Parts or messages are nested more deeply than is followed; what is deeper is kept whole.',
  ],
  [
    'body-too-large',
    'The text or HTML is larger than a document holds; the rest is in the raw message only.',
  ],
  [
    'encoding-unknown',
    'A part names a transfer encoding that is not known; its octets are kept as they are.',
  ],
  [
    'base64-after-end',
    'Base64 goes on behind the padding that ends it; what stands there is in the raw message only.',
  ],
  [
    'uuencode-broken',
    'A uuencoded part has no beginning or no end: what could be decoded is kept. Or one in a text is no whole file: it is text.',
  ],
  [
    'uuencode-in-text',
    'Files stand uuencoded in a text: `embedded` lists them, and the text is as it stands.',
  ],
  [
    'charset-unknown',
    'A body names a charset that is not known; read as UTF-8 where it is valid UTF-8, else as windows-1252.',
  ],
  ['charset-wrong', 'A body has octets that the charset it names does not have; read as well as it can be.'],
  ['charset-guessed', 'A body names no charset and is neither ASCII nor UTF-8; read as windows-1252.'],
  ['tnef-not-expanded', 'An attachment is a TNEF container (winmail.dat); its contents are not listed.'],
  ['content-smime-unknown', 'A part is S/MIME and does not say of what kind; what is in it is not listed.'],
  ['content-compressed', 'A part is S/MIME compressed data; what is in it is not listed.'],
  ['content-encrypted', 'A part is encrypted; what is in it is not known.'],
  ['content-signed-opaque', 'A part is S/MIME signed data; what is in it is not listed.'],
  ['content-external', 'A part only names where its content is (message/external-body).'],
  ['message-partial', 'It is one piece of a larger message (message/partial).'],
] as const satisfies readonly (readonly [name: string, meaning: string])[];

export type Problem = (typeof PROBLEMS)[number][0];

/** Collects names; gives each once, in the order of `PROBLEMS`, so that the result does not depend on who noted first. */
export class ProblemList {
  readonly #noted = new Set<Problem>();

  note(problem: Problem): void {
    this.#noted.add(problem);
  }

  toArray(): Problem[] {
    return PROBLEMS.map(([name]) => name).filter((name) => this.#noted.has(name));
  }
}
