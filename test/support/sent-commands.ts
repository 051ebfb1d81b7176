// What clients sent to a test server, counted, and awaited while a client runs. Never waits without an end.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Pop3TestServer } from './pop3-server.ts';

const PATIENCE_MS = 60_000;
const POLL_MS = 3;

/** The command lines with this verb, of all sessions or of those from `firstSession` on, in order. */
export function sentCommands({ sessions }: Pop3TestServer, verb: string, firstSession = 0): string[] {
  const lines = sessions.slice(firstSession).flatMap(({ commands }) => commands);
  return lines.filter((line) => line.split(' ', 1)[0] === verb);
}

/** Resolves when so many commands with this verb have come, of all sessions. */
export async function untilSent(server: Pop3TestServer, verb: string, times: number): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (sentCommands(server, verb).length < times) {
    if (Date.now() > deadline)
      throw new Error(
        `waited for ${times} times ${verb}, there were ${sentCommands(server, verb).length}: ${JSON.stringify(server.sessions)}`,
      );
    await sleep(POLL_MS);
  }
}
