// A server on 127.0.0.1 that says exactly what a script tells it, right or wrong: for hostile and broken servers.
// Never makes up an answer; a client that leaves the script makes `close` reject.

import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from './pop3-server/listener.ts';
import { ConnectionEnded } from './pop3-server/wire.ts';
import type { ServerCertificate, Wire } from './pop3-server/wire.ts';

/** One thing to do. Every connection goes through the script from its first step. */
export type ScriptStep =
  /** Octets as they are (a string: one character per octet), in one write. */
  | { readonly send: string | Buffer }
  /** The same octets, this many a write, each in a turn of the event loop of its own. */
  | { readonly send: string | Buffer; readonly writeOctets: number }
  /** The next line the client sends, without CRLF. */
  | { readonly expect: string | RegExp }
  /** Shake hands as a TLS server; clear text still unread is thrown away. */
  | { readonly startTls: ServerCertificate }
  | { readonly pauseMs: number }
  /** End the stream in good order, or with RST. Without this the connection stays open until the client leaves. */
  | { readonly end: 'close' | 'reset' };

export interface ScriptedServer extends AsyncDisposable {
  readonly port: number;
  /** Lines received, also behind the end of the script: one list for each connection. */
  readonly received: readonly (readonly string[])[];
  /** Steps done, for each connection: a client may rightly leave before the end. */
  readonly stepsDone: readonly number[];
  /** Stop. Rejects if any client sent another line than the script expected. Safe to repeat. */
  close(): Promise<void>;
}

/** Listen on a free port of 127.0.0.1. */
export async function startScriptedServer(script: readonly ScriptStep[]): Promise<ScriptedServer> {
  const received: string[][] = [];
  const stepsDone: number[] = [];
  const listener = await listen(0, async (wire, signal) => {
    const lines: string[] = [];
    const index = received.push(lines) - 1;
    stepsDone.push(0);
    try {
      for (const step of script) {
        await perform(step, wire, lines, signal);
        stepsDone[index] = (stepsDone[index] ?? 0) + 1;
      }
      while ((await readInto(lines, wire)) !== undefined);
    } catch (error) {
      if (!(error instanceof ConnectionEnded) && !signal.aborted) throw error;
    } finally {
      wire.close();
    }
  });
  return {
    port: listener.port,
    received,
    stepsDone,
    close: () => listener.close(),
    [Symbol.asyncDispose]: () => listener.close(),
  };
}

async function perform(step: ScriptStep, wire: Wire, lines: string[], signal: AbortSignal): Promise<void> {
  if ('send' in step) {
    const octets = Buffer.isBuffer(step.send) ? step.send : Buffer.from(step.send, 'latin1');
    await wire.write([octets], 'writeOctets' in step ? step.writeOctets : undefined);
  } else if ('expect' in step) {
    const line = await readInto(lines, wire);
    if (line === undefined) throw new ConnectionEnded();
    const matches = typeof step.expect === 'string' ? line === step.expect : step.expect.test(line);
    if (!matches)
      throw new Error(`the script expects ${String(step.expect)}, the client sent ${JSON.stringify(line)}`);
  } else if ('startTls' in step) {
    await wire.startTls(step.startTls);
  } else if ('pauseMs' in step) {
    await sleep(step.pauseMs, undefined, { signal });
  } else if (step.end === 'reset') {
    wire.reset();
  } else {
    wire.close();
  }
}

async function readInto(lines: string[], wire: Wire): Promise<string | undefined> {
  const line = await wire.readLine();
  if (line !== undefined) lines.push(line);
  return line;
}
