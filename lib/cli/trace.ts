// `--trace FILE`: what the commands that talk to POP3 servers have in common about it.

import type { Command } from 'commander';
import { TraceFile } from '../adapters/trace-file.ts';
import type { Account } from '../core/account.ts';
import type { Pop3Ports } from '../ports/pop3.ts';

export interface Trace {
  /** The same ports; sessions opened by them are traced, if a trace is asked for. */
  of(account: Account, pop3: Pop3Ports): Pop3Ports;
  /** Safe to repeat. */
  readonly close: () => void;
}

export function addTraceOption(command: Command): Command {
  return command.option(
    '--trace <file>',
    'write what is said to the server and back into a new file, without secrets and mail',
  );
}

/** The caller closes it. @param path `undefined`: none is asked for. @throws CONFIG_EXISTS, CONFIG_UNREADABLE */
export function openTrace(path: string | undefined): Trace {
  if (path === undefined) return { of: (_account, pop3) => pop3, close: () => {} };
  const onFailure = (text: string): void => {
    process.stderr.write(`mailferry: ${text}\n`);
  };
  const file = new TraceFile(path, { now: Date.now, onFailure });
  return {
    of: (account, pop3) => ({ ...pop3, trace: () => file.session(account) }),
    close: () => {
      file.close();
    },
  };
}
