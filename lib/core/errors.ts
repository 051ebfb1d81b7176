// The one error family. What failed decides the code; what is lost decides the scope.
// Message text says what was tried, what came and what is allowed; never a secret, never mail content.

/** What alarms and scripts match on. A code, once published, keeps its meaning. */
export type ErrorCode =
  | 'ACCOUNT_UNKNOWN'
  | 'ADDRESS_NOT_ALLOWED'
  | 'ARCHIVE_CORRUPT'
  | 'ARCHIVE_FULL'
  | 'ARCHIVE_UNREADABLE'
  | 'ARCHIVE_UNWRITABLE'
  | 'CONFIG_EXISTS'
  | 'CONFIG_INVALID'
  | 'CONFIG_UNREADABLE'
  | 'CONNECT_FAILED'
  | 'CONNECT_TIMEOUT'
  | 'EVENTS_FAILED'
  | 'EXPORT_EXISTS'
  | 'EXPORT_UNWRITABLE'
  | 'HOST_UNKNOWN'
  | 'INTERRUPTED'
  | 'LEASE_HELD'
  | 'LEASE_LOST'
  | 'LEDGER_FAILED'
  | 'MESSAGE_TOO_LARGE'
  | 'PARSE_FAILED'
  | 'POP3_AUTH_FAILED'
  | 'POP3_COMMAND_INVALID'
  | 'POP3_COMMAND_REFUSED'
  | 'POP3_CONNECTION_LOST'
  | 'POP3_LIMIT_EXCEEDED'
  | 'POP3_MAILDROP_BUSY'
  | 'POP3_PROTOCOL'
  | 'POP3_TIMEOUT'
  | 'POP3_UNAVAILABLE'
  | 'QUEUE_FAILED'
  | 'RUN_UNBALANCED'
  | 'SECRET_UNAVAILABLE'
  | 'SPOOL_FAILED'
  | 'STLS_REFUSED'
  | 'TIME_UP'
  | 'TOKEN_REFUSED'
  | 'TOKEN_UNAVAILABLE'
  | 'TLS_CERTIFICATE_REFUSED'
  | 'TLS_HANDSHAKE_FAILED';

/**
 * What is lost, and so what the caller does:
 * `message` skip it · `session` drop the connection, come back later · `account` stop it and tell its owner ·
 * `config` do not start.
 */
export type ErrorScope = 'message' | 'session' | 'account' | 'config';

export interface ErrorDetails {
  readonly code: ErrorCode;
  readonly scope: ErrorScope;
  /** The same attempt may succeed later with nothing changed. */
  readonly retryable: boolean;
  /** What a person should do about it: one sentence. */
  readonly hint?: string;
  /** The same attempt, at this account, cannot succeed earlier than so many milliseconds from now. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

export class MailferryError extends Error {
  readonly code: ErrorCode;
  readonly scope: ErrorScope;
  readonly retryable: boolean;
  readonly hint: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'MailferryError';
    this.code = details.code;
    this.scope = details.scope;
    this.retryable = details.retryable;
    this.hint = details.hint;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** The text of anything thrown, for use inside another error's message. */
export function describeError(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
