// The challenge by which a server refuses an access token, before its -ERR: JSON (RFC 7628 section 3.2.2).

import type { TokenRefusal } from './sasl-exchange.ts';

/** RFC 6750 section 3.1. Anything else could be anything, our token too, and is not repeated. */
const KNOWN_ERRORS = ['invalid_request', 'invalid_token', 'insufficient_scope'];

/** Whatever the octets are, they are a refusal: a token that is taken gets no challenge. */
export function parseTokenRefusal(challenge: Uint8Array): TokenRefusal {
  const status = readStatus(Buffer.from(challenge).toString('utf8'));
  return { status: /^[1-5]\d\d$/.test(status) || KNOWN_ERRORS.includes(status) ? status : 'unknown' };
}

function readStatus(json: string): string {
  try {
    const parsed: unknown = JSON.parse(json);
    if (typeof parsed !== 'object' || parsed === null || !('status' in parsed)) return '';
    return String(parsed.status);
  } catch {
    return '';
  }
}

/** Statuses that another token can mend. Google says 400 for one that has expired, others 401. */
const MENDED_BY_A_NEW_TOKEN = ['400', '401', 'invalid_token'];

/** Whether to get another token and try once more. Not so where the token is good and its rights are not enough. */
export function isMendedByNewToken(refusal: TokenRefusal): boolean {
  return MENDED_BY_A_NEW_TOKEN.includes(refusal.status);
}
