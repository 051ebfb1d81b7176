// One POP3 session from greeting to end: which command is allowed when (RFC 1939 section 3), one at a time, in order.
// Never answers out of turn unless a fault says so.

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { capa, pass, stls, user } from './authorization.ts';
import { retr, top } from './retrieval.ts';
import { reply } from './session.ts';
import type { ServerState, Session, SessionLog } from './session.ts';
import { dele, list, noop, quit, rset, stat, uidl } from './transaction.ts';
import { ConnectionEnded } from './wire.ts';
import type { Wire } from './wire.ts';

interface Command {
  readonly phases: readonly Session['phase'][];
  run(session: Session, argument: string): Promise<void>;
}

const AUTHORIZATION = ['authorization'] as const;
const TRANSACTION = ['transaction'] as const;
const ANY = ['authorization', 'transaction'] as const;

const COMMANDS: Readonly<Record<string, Command>> = {
  CAPA: { phases: ANY, run: capa },
  STLS: { phases: AUTHORIZATION, run: stls },
  USER: { phases: AUTHORIZATION, run: user },
  PASS: { phases: AUTHORIZATION, run: pass },
  STAT: { phases: TRANSACTION, run: stat },
  LIST: { phases: TRANSACTION, run: list },
  UIDL: { phases: TRANSACTION, run: uidl },
  RETR: { phases: TRANSACTION, run: retr },
  TOP: { phases: TRANSACTION, run: top },
  DELE: { phases: TRANSACTION, run: dele },
  NOOP: { phases: TRANSACTION, run: noop },
  RSET: { phases: TRANSACTION, run: rset },
  QUIT: { phases: ANY, run: quit },
};

/** Talk to one client until either side ends it. Resolves however it ends; rejects only on a mistake of the server. */
export async function runSession(
  wire: Wire,
  server: ServerState,
  log: SessionLog,
  signal: AbortSignal,
): Promise<void> {
  const session: Session = {
    wire,
    server,
    log,
    phase: 'authorization',
    userName: undefined,
    messages: [],
    deleted: new Set(),
  };
  try {
    await greet(session, signal);
    while (session.phase !== 'over') await answerNext(session, signal);
  } catch (error) {
    if (!(error instanceof ConnectionEnded) && !signal.aborted) throw error;
  } finally {
    if (log.ending === 'open') log.ending = 'dropped';
    wire.close();
  }
}

async function greet(session: Session, signal: AbortSignal): Promise<void> {
  const { server, wire } = session;
  if (server.tls === 'implicit' && server.certificate !== undefined) await wire.startTls(server.certificate);
  await obstruct(session, 'GREETING', signal);
  const greeting = server.faults.greeting ?? '+OK test server ready';
  await reply(session, greeting);
  if (greeting.startsWith('-ERR')) session.phase = 'over';
}

async function answerNext(session: Session, signal: AbortSignal): Promise<void> {
  const line = await session.wire.readLine();
  if (line === undefined) throw new ConnectionEnded();
  session.log.commands.push(line);
  if (!session.wire.isSecure) session.log.commandsInClear += 1;
  const space = line.indexOf(' ');
  const verb = (space < 0 ? line : line.slice(0, space)).toUpperCase();
  await obstruct(session, verb, signal);
  const command = Object.hasOwn(COMMANDS, verb) ? COMMANDS[verb] : undefined;
  if (command === undefined) await reply(session, '-ERR unknown command');
  else if (!command.phases.includes(session.phase)) await reply(session, '-ERR not in this state');
  else await command.run(session, space < 0 ? '' : line.slice(space + 1));
}

async function obstruct(session: Session, verb: string, signal: AbortSignal): Promise<void> {
  const { hangOn, heldUntil, delaysMs } = session.server.faults;
  if (hangOn === verb) {
    await session.wire.closed();
    throw new ConnectionEnded();
  }
  const held = heldUntil?.[verb];
  if (held) await Promise.race([held, once(signal, 'abort')]);
  const delayMs = delaysMs?.[verb] ?? delaysMs?.['*'] ?? 0;
  if (delayMs > 0) await sleep(delayMs, undefined, { signal });
}
