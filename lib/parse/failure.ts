// Why a message could not be parsed, as the name that goes into its document. Never the error's text: that may hold mail content.

import type { Problem } from '../core/message/problems.ts';

export function failureOf(error: unknown): Problem {
  return error instanceof MessageLimitError ? error.problem : 'parser-error';
}

/** The message goes beyond one of the limits in limits.ts. */
export class MessageLimitError extends Error {
  override readonly name = 'MessageLimitError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`a message goes beyond a limit: ${problem}`);
    this.problem = problem;
  }
}
