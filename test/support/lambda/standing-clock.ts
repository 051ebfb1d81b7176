// Loaded into a function's process before everything else (NODE_OPTIONS=--import): a clock that stands still at the time that a
// file says at the moment. For functions whose work is to know what time it is; never for one that has a deadline.

import { readFileSync } from 'node:fs';

/** Names the file. */
const CLOCK_VARIABLE = 'MAILFERRY_TEST_CLOCK';

/** For a function's variables. @param file with the epoch milliseconds as text */
export function standingClock(file: string): Readonly<Record<string, string>> {
  return { NODE_OPTIONS: `--import=${import.meta.url}`, [CLOCK_VARIABLE]: file };
}

const file = process.env[CLOCK_VARIABLE];
if (file !== undefined) {
  const now = (): number => Number(readFileSync(file, 'utf8'));
  globalThis.Date = new Proxy(Date, {
    construct: (target, args: readonly unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
    get: (target, name, receiver) =>
      name === 'now' ? now : (Reflect.get(target, name, receiver) as unknown),
  });
}
