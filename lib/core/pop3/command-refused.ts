// A command that the server refused, and whether that is about this command or about everything just now. Pure.

import { MailferryError } from '../errors.ts';
import type { ErrorScope } from '../errors.ts';
import { meaningOf } from './refusal-meaning.ts';
import type { Reply } from './reply.ts';

/** Codes by which a server speaks of itself (RFC 2449 section 8, RFC 3206), whatever the command. */
const OF_THE_SERVER = /^(?:SYS|IN-USE|LOGIN-DELAY)(?:\/|$)/;

export class CommandRefused extends MailferryError {
  /** The next message would perhaps be refused as well: a limit of the provider, or trouble of the server's own. */
  readonly mayBeOfServer: boolean;
  /** A limit of the provider: what came before says nothing about what comes next. */
  readonly isOfLimit: boolean;

  /** @param shown what of the answer people may see */
  constructor(command: string, scope: ErrorScope, reply: Reply, shown: string) {
    super(`${command} was refused: "${shown}"`, { code: 'POP3_COMMAND_REFUSED', scope, retryable: true });
    this.isOfLimit = meaningOf(reply) === 'capped';
    this.mayBeOfServer = this.isOfLimit || OF_THE_SERVER.test(reply.responseCode ?? '');
  }
}
