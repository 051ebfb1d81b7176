// A server in a process of its own, so that its work is not the measured program's nor the harness's. It is one of the files
// beside this one; it prints the port it listens on, and ends with its standard input.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface ChildServer extends AsyncDisposable {
  readonly port: number;
  /** Sends it a line and gives back the one it answers. One at a time. */
  ask(line: string): Promise<string>;
}

/** @param file in this folder. @throws Error when it ends before it listens */
export async function startChildServer(file: string, args: readonly string[]): Promise<ChildServer> {
  const child = spawn(process.execPath, [join(import.meta.dirname, file), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`${file} has ended`);
    return value;
  };
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await exited;
  };
  try {
    const port = Number(await nextLine());
    return {
      port,
      ask: async (line) => {
        child.stdin.write(`${line}\n`);
        return await nextLine();
      },
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
