// Reads what the functions print while they print it, for what no log may say. A word that is cut in two by the pipe is missed;
// the next time it is not.

import type { LambdaFunction } from '../lambda/lambda-function.ts';

const CONTEXT_CHARACTERS = 200;
const MOST_KEPT = 10;

/** @param words of passwords, addresses and subjects; a password's base64 too. @returns where they were seen, so far */
export function watchForLeaks(
  functions: Readonly<Record<string, LambdaFunction>>,
  words: readonly string[],
): () => readonly string[] {
  const leaks: string[] = [];
  for (const [name, { log }] of Object.entries(functions)) {
    log.listener = (text) => {
      const word = words.find((word) => text.includes(word));
      if (word === undefined || leaks.length >= MOST_KEPT) return;
      const at = text.indexOf(word);
      leaks.push(`${name}: ${text.slice(Math.max(0, at - CONTEXT_CHARACTERS), at + CONTEXT_CHARACTERS)}`);
    };
  }
  return () => leaks;
}
