// A proxy together with the Dovecot that it stands in front of: started and ended as one server.

import { dovecot } from './dovecot.ts';
import type { RunningServer, StartOptions } from './real-server.ts';
import { startServer } from './start-server.ts';
import type { Recipe } from './start-server.ts';

/** @param recipeFor the proxy's, given the port of the server behind it */
export async function startBehindProxy(
  recipeFor: (backendPort: number) => Recipe,
  options: StartOptions,
): Promise<RunningServer> {
  const backend = await dovecot.start({ mailboxes: options.mailboxes });
  try {
    const proxy = await startServer(recipeFor(backend.port), options);
    const stop = async (): Promise<void> => {
      await proxy.stop();
      await backend.stop();
    };
    return { ...proxy, stopBackend: async () => await backend.stop(), stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await backend.stop();
    throw error;
  }
}
