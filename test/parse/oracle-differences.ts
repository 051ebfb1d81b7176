// Where this parser differs from what several others agree on about the corpus, and why it does: each message was read.

export const ORACLE_DIFFERENCES: readonly (readonly [message: string, what: string, why: string])[] = [
  [
    'mailparser/mailparser__05d045730c47d905.eml',
    'from',
    'An encoded word in an address is no address (RFC 2047 section 5): the others give its text.',
  ],
  [
    'rspamd/messages__phish_sender3.eml',
    'from',
    'Two From headers, one with a space before its colon: the others give one of them, this one both, and says so.',
  ],
  [
    'rspamd/messages__phish_sender4.eml',
    'from',
    'The colon behind From stands on its folded line: the others see no From, this one gives its address.',
  ],
  [
    'ruby-mail/rfc2822__example11.eml',
    'to',
    'Spaces around the dot of a domain (RFC 5322 section 4.4) are not read; what stands before them is given.',
  ],
  [
    'cpython/cpython__76955fd6e162656a.eml',
    'to',
    '`To: abc` is a bare name: given as it stands, and named, instead of nothing.',
  ],
  [
    'postal-mime/postal__9036bf4d42f061d1.eml',
    'text',
    'The encoding is in quotes: decoded, where the others show base64.',
  ],
  [
    'postal-mime/postal__cabd24b7834245ce.eml',
    'text',
    'A comment stands before the encoding (RFC 2045 section 5.1 allows it): decoded, where the others show base64.',
  ],
  [
    'ruby-mail/error_emails__content_transfer_encoding_7-bit.eml',
    'html',
    'iso-8859-1 is read as windows-1252, as browsers do: the octets 80 to 9F are characters.',
  ],
  [
    'cpython/cpython__69083bd116bfa996.eml',
    'attachment count',
    'A file name that is broken RFC 2231 is still a file name: the text is an attachment.',
  ],
  ['cpython/cpython__b415acb836b536e9.eml', 'attachment count', 'As above.'],
  [
    'cpython/cpython__cc1d64205f1aff4d.eml',
    'attachment names',
    'Broken RFC 2231: percent signs are left as they stand instead of decoded in one piece of three.',
  ],
];
