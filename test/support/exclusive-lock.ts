// Another program that has the ledger file to itself: a process of its own in an exclusive SQLite transaction.
// Never outlives the test.

import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface ExclusiveLock extends AsyncDisposable {
  /** Give it up and end the process. Safe to repeat. */
  release(): Promise<void>;
}

const PROGRAM = `
  import { DatabaseSync } from 'node:sqlite';
  const database = new DatabaseSync(process.argv[1], { timeout: 5000 });
  database.exec('BEGIN EXCLUSIVE');
  process.stdout.write('locked');
  process.stdin.resume();
  process.stdin.once('end', () => process.exit());
`;

/** Resolves when the lock is held. @param file an SQLite database that exists */
export async function lockExclusively(file: string): Promise<ExclusiveLock> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM, file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const release = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  const failed = ended.then(([code]) => {
    throw new Error(`the process that was to lock ${file} ended with ${code}`);
  });
  try {
    await Promise.race([once(child.stdout, 'data'), failed]);
  } catch (error) {
    await release();
    throw error;
  }
  // From now on its end is no failure.
  failed.catch(() => undefined);
  return { release, [Symbol.asyncDispose]: release };
}
