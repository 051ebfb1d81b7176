// The orderly end of a connection by the server, in the middle of something: other than a broken line, it may be meant.

import { MailferryError } from '../core/errors.ts';

export class ClosedByServer extends MailferryError {
  constructor(awaited: string) {
    super(`the server closed the connection while ${awaited} was due`, {
      code: 'POP3_CONNECTION_LOST',
      scope: 'session',
      retryable: true,
    });
  }
}
