// What a failed request to an authorization server means. Of what the server says a short, printable piece is shown, without the
// secrets that were sent, long words that may be tokens, or addresses. The library's errors hold whole answers: none is kept.

import { describeError, MailferryError } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';

export interface RequestFacts {
  readonly url: string;
  /** Everything that was sent and must not be shown. */
  readonly secrets: readonly (Secret | undefined)[];
}

/** RFC 6749 section 5.2. */
export interface OAuth2Error {
  readonly error: string;
  readonly description: string | undefined;
}

const MAX_ERROR_LENGTH = 60;
const MAX_DESCRIPTION_LENGTH = 200;

/** The server will say the same again, until somebody changes something. */
export function tokenRefused(
  { url, secrets }: RequestFacts,
  { error, description }: OAuth2Error,
): MailferryError {
  const said = description === undefined ? '' : `: ${quote(description, secrets, MAX_DESCRIPTION_LENGTH)}`;
  const code = quote(error, secrets, MAX_ERROR_LENGTH);
  return new MailferryError(`${nameOf(url)} refuses to give tokens: ${code}${said}`, {
    code: 'TOKEN_REFUSED',
    scope: 'account',
    retryable: false,
    hint: HINTS.get(error) ?? 'check auth.oauth2 of this account against what its provider says',
  });
}

/** It passes, perhaps. @param why in words of ours, or of Node's */
export function tokenUnavailable({ url }: Pick<RequestFacts, 'url'>, why: string): MailferryError {
  return new MailferryError(`${nameOf(url)} gives no tokens now: ${why}`, {
    code: 'TOKEN_UNAVAILABLE',
    scope: 'session',
    retryable: true,
    hint: 'run again later; if it stays so, check auth.oauth2 of this account and the network of this machine',
  });
}

/** @param thrown by `exchange` */
export function exchangeFailed(facts: RequestFacts, thrown: unknown): MailferryError {
  if (thrown instanceof MailferryError) return thrown;
  const { code } = Object(thrown) as { code?: unknown };
  const errors = thrown instanceof AggregateError ? thrown.errors : [];
  const said = describeError(errors.at(-1) ?? thrown) || (typeof code === 'string' ? code : 'no connection');
  return tokenUnavailable(facts, quote(said, facts.secrets, MAX_DESCRIPTION_LENGTH));
}

const LOG_IN_AGAIN = 'get a new refresh token with: mailferry login, and the id of this account';
const CHECK_CLIENT = 'check clientId and clientSecret of this account: secrets of clients expire, too';

const HINTS = new Map(
  Object.entries({
    access_denied: 'whoever was asked did not agree: run mailferry login again',
    authorization_declined: 'whoever was asked did not agree: run mailferry login again',
    consent_required: LOG_IN_AGAIN,
    expired_token: 'the code was not used in time: run mailferry login again',
    interaction_required: LOG_IN_AGAIN,
    invalid_client: CHECK_CLIENT,
    invalid_grant: `it has expired, was revoked, or is another client's: ${LOG_IN_AGAIN}`,
    invalid_scope: 'check scope of this account, and what the provider allows this client',
    unauthorized_client: `${CHECK_CLIENT}; the provider has to allow it this grant`,
  }),
);

/** Without the query, which is nobody's business. */
function nameOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

/** Words of a server, fit to be shown in one line. */
export function quote(text: string, secrets: RequestFacts['secrets'], maxLength: number): string {
  let shown = text;
  for (const secret of secrets) {
    const value = secret?.reveal();
    if (value === undefined || value === '') continue;
    for (const form of [value, encodeURIComponent(value), Buffer.from(value).toString('base64')])
      shown = shown.replaceAll(form, '[redacted]');
  }
  shown = shown
    .replace(/[^\x21-\x7e]+/g, ' ')
    .replace(/[^\s@<>"']+@[^\s@<>"']+/g, '[address]')
    // A UUID, by which support finds a request, has 36.
    .replace(/[\w.~+/=-]{40,}/g, '[...]')
    .trim();
  return shown.length > maxLength ? `${shown.slice(0, maxLength)}...` : shown;
}
