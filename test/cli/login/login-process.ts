// `mailferry login` as built, run as a process that a test reads line by line while it waits for a person. Ended with its owner.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { CACHE_FOLDER, CLI_PATH } from '../../support/cli.ts';

export interface LoginProcess extends AsyncDisposable {
  /** What it has said so far. */
  readonly lines: readonly string[];
  /** The first line that matches, once it is there. @throws Error if the process ends without it */
  line(pattern: RegExp): Promise<string>;
  interrupt(): void;
  readonly ended: Promise<{ exitCode: number | null; stderr: string }>;
}

/** The caller disposes of it. */
export function startLogin(args: readonly string[]): LoginProcess {
  if (!existsSync(CLI_PATH)) throw new Error(`${CLI_PATH} is missing: run \`npm run build\` first`);
  const child = spawn(process.execPath, [CLI_PATH, 'login', ...args], {
    env: { PATH: process.env['PATH'] ?? '', XDG_CACHE_HOME: CACHE_FOLDER },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  const read = once(reader, 'close');
  const stderr = text(child.stderr);
  const ended = (async () => {
    const [[exitCode]] = await Promise.all([once(child, 'exit'), read]);
    return { exitCode: exitCode as number | null, stderr: await stderr };
  })();
  return {
    lines,
    ended,
    interrupt: () => void child.kill('SIGINT'),
    line: async (pattern) => {
      let isOver = false;
      void ended.then(() => (isOver = true));
      for (;;) {
        const found = lines.find((line) => pattern.test(line));
        if (found !== undefined) return found;
        if (isOver)
          throw new Error(`it ended without ${pattern}: ${lines.join('\n')}${(await ended).stderr}`);
        await Promise.race([once(reader, 'line').catch(() => undefined), ended]);
      }
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
