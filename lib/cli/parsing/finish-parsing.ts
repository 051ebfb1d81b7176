// Parsing goes on beside the import; here it ends. Its failures are told, and never lose a message.

import { describeError } from '../../core/errors.ts';
import { describeCliError } from '../exit.ts';
import { formatCount } from '../format.ts';
import type { Parsing } from './parsing.ts';

export async function finishParsing(
  parsing: Parsing | undefined,
): Promise<{ failed: number; error?: string }> {
  if (!parsing) return { failed: 0 };
  try {
    const { failed } = await parsing.drain();
    if (failed > 0) {
      process.stderr.write(
        `${formatCount(failed, 'message')} could not be parsed: the raw mail is stored, the JSON says parse-failed\n`,
      );
    }
    return { failed };
  } catch (error) {
    process.stderr.write(
      `${describeCliError(error)}\nthe raw mail is stored; parsing goes on with the next run\n`,
    );
    return { failed: 0, error: describeError(error) };
  }
}
