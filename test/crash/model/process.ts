// One process that runs an import, and may die at any call it makes to the world: before the call has its effect, or
// after. A dead process has no effect any more; whatever it still tries fails. A call may also fail and the process live.

import { MailferryError } from '../../../lib/core/errors.ts';
import type { ErrorCode } from '../../../lib/core/errors.ts';
import type { MailMessage } from './mail-message.ts';

/** What a call of a dead process fails with. */
export class Crash extends Error {
  constructor() {
    super('this process is dead');
    this.name = 'Crash';
  }
}

export type Side = 'before' | 'after';

/** At the nth call of one name, or at the nth call of all; from 1. */
export type Moment = { readonly side: Side } & (
  { readonly call: string; readonly occurrence: number } | { readonly step: number }
);

export interface ProcessFate {
  readonly crash?: Moment | null;
  /** This call fails: without its effect, or with it and the answer lost. */
  readonly fault?: Moment | null;
  /** It was told to delete nothing. */
  readonly mustKeep?: boolean;
  /** Told of each call before anything comes of it. */
  onStep?(step: number): void;
  /** Awaited before and after the effect of each call: others may have their turn meanwhile. */
  pause?(): Promise<void>;
}

/** What a process was seen to do. */
interface Conduct {
  /** Messages it got whole by RETR, each time. */
  readonly retrieved: MailMessage[];
  /** Messages it sent DELE for, each time. */
  readonly marked: MailMessage[];
  /** Messages its DELE and QUIT took away. */
  readonly removed: MailMessage[];
  /** Of each of its sessions. */
  readonly listings: (readonly MailMessage[])[];
  /** Listed in a plan it completed. */
  readonly planned: MailMessage[];
  leases: 'none' | 'had';
  /** The lease was shown to be its own, and since then it has done nothing but what that was for. */
  isLeaseProven: boolean;
}

export class Process {
  readonly name: string;
  readonly conduct: Conduct = {
    retrieved: [],
    marked: [],
    removed: [],
    listings: [],
    planned: [],
    leases: 'none',
    isLeaseProven: false,
  };
  readonly #fate: ProcessFate;
  readonly #occurrences = new Map<string, number>();
  readonly #lastWill: (() => void)[] = [];
  #steps = 0;
  #diedAt: string | undefined;
  #failedAt: string | undefined;

  constructor(name: string, fate: ProcessFate = {}) {
    this.name = name;
    this.#fate = fate;
  }

  get mustKeep(): boolean {
    return this.#fate.mustKeep === true;
  }

  get steps(): number {
    return this.#steps;
  }

  get isDead(): boolean {
    return this.#diedAt !== undefined;
  }

  /** `before ledger.commit`, say; `undefined` while it lives. */
  get diedAt(): string | undefined {
    return this.#diedAt;
  }

  /** The call that failed, if one did. */
  get failedAt(): string | undefined {
    return this.#failedAt;
  }

  /** How often each call was made. */
  get calls(): ReadonlyMap<string, number> {
    return this.#occurrences;
  }

  onDeath(act: () => void): void {
    this.#lastWill.push(act);
  }

  /** Every call to the world goes through here. @throws Crash, and what the effect throws */
  async step<T>(call: string, effect: () => T | Promise<T>): Promise<T> {
    this.#refuseIfDead();
    this.#steps += 1;
    const step = this.#steps;
    const occurrence = (this.#occurrences.get(call) ?? 0) + 1;
    this.#occurrences.set(call, occurrence);
    this.#fate.onStep?.(step);
    await this.#come('before', call, step, occurrence);
    try {
      return await effect();
    } finally {
      await this.#come('after', call, step, occurrence);
    }
  }

  async #come(side: Side, call: string, step: number, occurrence: number): Promise<void> {
    await this.#fate.pause?.();
    this.#refuseIfDead();
    const { crash, fault } = this.#fate;
    const isNow = (moment: Moment): boolean =>
      moment.side === side &&
      ('step' in moment ? moment.step === step : moment.call === call && moment.occurrence === occurrence);
    if (crash && isNow(crash)) this.#die(`${side} ${call}`);
    if (!fault || !isNow(fault)) return;
    this.#failedAt = call;
    throw failureOf(call);
  }

  #die(where: string): never {
    this.#diedAt = where;
    for (const act of this.#lastWill) act();
    throw new Crash();
  }

  #refuseIfDead(): void {
    if (this.isDead) throw new Crash();
  }
}

/** As the adapters put it. */
function failureOf(call: string): MailferryError {
  const isOfSession = /^(dial|read|write)/.test(call);
  return new MailferryError(`${call} failed`, {
    code: codeOf(call),
    scope: isOfSession ? 'session' : 'account',
    retryable: true,
  });
}

function codeOf(call: string): ErrorCode {
  if (call === 'blobs.put') return 'ARCHIVE_UNWRITABLE';
  if (call.startsWith('blobs.')) return 'ARCHIVE_UNREADABLE';
  if (call === 'dial') return 'CONNECT_FAILED';
  if (/^(read|write)/.test(call)) return 'POP3_CONNECTION_LOST';
  return call === 'secrets.get' ? 'SECRET_UNAVAILABLE' : 'LEDGER_FAILED';
}
