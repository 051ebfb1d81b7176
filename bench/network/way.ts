// The way between a client and its server: none to speak of, or one of a certain length.

import type { ProgramCall } from '../measure/run-measured.ts';
import { startChildServer } from '../servers/child-server.ts';

export interface Way extends AsyncDisposable {
  readonly target: { readonly host: string; readonly port: number };
  /** Has the client run at the other end. */
  readonly wrap: (call: ProgramCall) => ProgramCall;
  readonly remarks: readonly string[];
}

const asItIs = (call: ProgramCall): ProgramCall => call;

/** @param port of the server on 127.0.0.1. @param roundTripMs 0: as the machine has it */
export async function openWay(port: number, roundTripMs: number): Promise<Way> {
  if (roundTripMs === 0) {
    const nothing = async (): Promise<void> => undefined;
    return { target: { host: '127.0.0.1', port }, wrap: asItIs, remarks: [], [Symbol.asyncDispose]: nothing };
  }
  const proxy = await startChildServer('delay-server.ts', [String(port), String(roundTripMs)]);
  return {
    target: { host: '127.0.0.1', port: proxy.port },
    wrap: asItIs,
    remarks: ['delayed by a proxy: no slow start, which flatters clients that pipeline'],
    [Symbol.asyncDispose]: async () => await proxy[Symbol.asyncDispose](),
  };
}
