// A real POP3 server on 127.0.0.1 for tests and the demo: right by default, wrong on demand (`faults`).
// Never use it outside this machine: it has one user, logs secrets, and has no limits.

import { runSession } from './pop3-server/conversation.ts';
import type { Pop3Faults } from './pop3-server/faults.ts';
import type { TestMessage } from './pop3-server/maildrop.ts';
import { listen } from './pop3-server/listener.ts';
import type { ServerState, SessionLog } from './pop3-server/session.ts';
import type { ServerCertificate } from './pop3-server/wire.ts';

export interface Pop3ServerOptions {
  /** Kept, not copied: QUIT takes messages out of it, and a test may add some between two sessions. */
  readonly maildrop: TestMessage[];
  readonly user: string;
  readonly password: string;
  /** `stls` also serves clients that never ask for it. Default `none`. */
  readonly tls?: 'none' | 'implicit' | 'stls';
  /** Needed for `implicit` and `stls`. */
  readonly certificate?: ServerCertificate;
  readonly faults?: Pop3Faults;
  /** Default 0: any free one. */
  readonly port?: number;
}

export interface Pop3TestServer extends AsyncDisposable {
  readonly port: number;
  /** What sessions that log in from now on will see. */
  readonly maildrop: TestMessage[];
  /** May be replaced at any time; the next command of every session goes by it. */
  faults: Pop3Faults;
  /** One for each connection, in the order they came. */
  readonly sessions: readonly SessionLog[];
  /** Drop all clients and stop listening. Rejects if the server itself made a mistake in any session. Safe to repeat. */
  close(): Promise<void>;
}

/** Listen on 127.0.0.1; resolves when the port is open. */
export async function startPop3Server(options: Pop3ServerOptions): Promise<Pop3TestServer> {
  const { maildrop, user, password, tls = 'none', certificate, faults = {}, port = 0 } = options;
  if (tls !== 'none' && certificate === undefined) throw new Error(`tls: ${tls} needs a certificate`);
  const state: ServerState = { user, password, tls, certificate, maildrop, faults };
  const sessions: SessionLog[] = [];
  const listener = await listen(port, (wire, signal) => {
    const log: SessionLog = { commands: [], commandsInClear: 0, retrieved: 0, ending: 'open' };
    sessions.push(log);
    return runSession(wire, state, log, signal);
  });
  return {
    port: listener.port,
    maildrop,
    sessions,
    get faults() {
      return state.faults;
    },
    set faults(next) {
      state.faults = next;
    },
    close: () => listener.close(),
    [Symbol.asyncDispose]: () => listener.close(),
  };
}
