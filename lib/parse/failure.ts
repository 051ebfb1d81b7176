// Why a message could not be parsed, as the name that goes into its document. Never the error's text: that may hold mail content.

import { describeError } from '../core/errors.ts';
import type { Problem } from '../core/message/problems.ts';

export function failureOf(error: unknown): Problem {
  if (error instanceof DocumentTooLarge) return 'document-too-large';
  // mailsplit's name for every limit that a message goes beyond.
  const isLimit = error instanceof Error && 'code' in error && error.code === 'EMAXLEN';
  if (!isLimit) return 'parser-error';
  return describeError(error).includes('header') ? 'header-too-large' : 'parts-too-many';
}

/** The document's JSON has more octets than MAX_DOCUMENT_OCTETS. */
export class DocumentTooLarge extends Error {
  override readonly name = 'DocumentTooLarge';
}
