// The time that a server wants between two logins (LOGIN-DELAY, RFC 2449 section 6.5), kept between the sessions of one run. From
// run to run it is the schedule that keeps it; and a login that is refused as too soon waits.

import { setTimeout as sleep } from 'node:timers/promises';
import { MailferryError } from '../core/errors.ts';

/** Longer is not waited for: the next run goes on. */
const LONGEST_PAUSE_MS = 20_000;

export class LoginPause {
  readonly #now: () => number;
  #delayMs = 0;
  #lastLoginAt = -Infinity;

  /** @param now milliseconds that only ever grow */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param delaySeconds as the server announces it; `undefined` if it does not */
  loggedIn(delaySeconds: number | undefined): void {
    this.#lastLoginAt = this.#now();
    this.#delayMs = (delaySeconds ?? 0) * 1000;
  }

  /** Before the next login. @throws POP3_MAILDROP_BUSY if that is too far off; the signal's reason */
  async wait(signal: AbortSignal): Promise<void> {
    const leftMs = this.#lastLoginAt + this.#delayMs - this.#now();
    if (leftMs <= 0) return;
    if (leftMs > LONGEST_PAUSE_MS) throw tooSoon(leftMs, this.#delayMs);
    await sleep(leftMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

function tooSoon(leftMs: number, delayMs: number): MailferryError {
  return new MailferryError(
    `the server wants ${delayMs / 1000} s between two logins, of which ${Math.ceil(leftMs / 1000)} s are left`,
    {
      code: 'POP3_MAILDROP_BUSY',
      scope: 'session',
      retryable: true,
      hint: 'the next run goes on',
      retryAfterMs: leftMs,
    },
  );
}
