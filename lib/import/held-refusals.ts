// Messages that were refused in words which may be about the whole server: a provider's daily limit, a store out of order. Held
// until another message comes: then the server is well, and each is charged with its own refusal. If none comes, it depends on
// what came before.

import { CommandRefused } from '../core/pop3/command-refused.ts';
import { MailferryError } from '../core/errors.ts';
import type { PlannedFetch } from '../core/plan.ts';

export interface HeldRefusal {
  readonly message: PlannedFetch;
  readonly error: CommandRefused;
}

/** In a row, before it is believed that the server refuses all. */
const MAX_IN_A_ROW = 3;

export class HeldRefusals {
  #held: HeldRefusal[] = [];

  /** @returns whether it is held; otherwise it is about its message alone */
  hold(message: PlannedFetch, error: unknown): boolean {
    if (!(error instanceof CommandRefused) || !error.mayBeOfServer) return false;
    this.#held.push({ message, error });
    return true;
  }

  has(message: PlannedFetch): boolean {
    return this.#held.some((one) => one.message === message);
  }

  get isTooMany(): boolean {
    return this.#held.length >= MAX_IN_A_ROW;
  }

  /** @param hasFetched a message came before them */
  areOfServer(hasFetched: boolean): boolean {
    if (this.#held.length === 0) return false;
    return !hasFetched || this.isTooMany || this.#held.some(({ error }) => error.isOfLimit);
  }

  /** All of them; none is held afterwards. */
  take(): readonly HeldRefusal[] {
    const held = this.#held;
    this.#held = [];
    return held;
  }
}

/** What ends the run: the account waits, and no message is charged. */
export function serverRefuses(held: readonly HeldRefusal[]): MailferryError {
  const last = held.at(-1);
  return new MailferryError(
    `the server gives no mail just now: ${last?.error.message ?? 'it refuses every RETR'}`,
    {
      code: 'POP3_UNAVAILABLE',
      scope: 'session',
      retryable: true,
      hint: 'a limit of the provider, or trouble of the server: the messages wait, and nothing is held against them',
      cause: last?.error,
    },
  );
}
