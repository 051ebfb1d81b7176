// Examines an account's server with few logins, and leaves everything there as it was: never DELE, and never QUIT once a
// message was shown, because that is what lets some servers delete it. Takes no lease: the caller looks at that before.

import type { Account } from '../core/account.ts';
import { MailferryError } from '../core/errors.ts';
import type { Capabilities } from '../core/pop3/capabilities.ts';
import type { Access, AccountAccess } from '../ports/access.ts';
import type { Pop3Ports } from '../ports/pop3.ts';
import { openSession } from '../session/open-session.ts';
import type { SessionFacts } from '../session/open-session.ts';
import type { Pop3Session } from '../session/pop3-session.ts';
import { CheckBook } from './check-book.ts';
import type { CheckName, ExaminedFacts, Examination } from './check.ts';
import { examineMessages } from './examine-messages.ts';
import { judgeCapabilities, toRows } from './judge-capabilities.ts';
import { judgeMaildrop, judgeUidls, judgeWindow } from './judge-listing.ts';
import type { SeenListing } from './judge-listing.ts';
import { judgeOpening, problemOf } from './judge-opening.ts';
import { judgeExpire, judgeLoginDelay, promisesOf } from './judge-promises.ts';
import { judgeStability } from './judge-stability.ts';
import { toExaminedTls } from './judge-tls.ts';
import { planSecondSession } from './plan-second-session.ts';
import { examineSessions } from './second-session.ts';
import { seeListing } from './see-listing.ts';
import { within } from './within.ts';

export interface DoctorPorts {
  readonly pop3: Pop3Ports;
  readonly access: AccountAccess;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export interface ExamineOptions {
  /** Retrieve a few messages: on some servers that marks them as read. */
  readonly retrieve: boolean;
  /** Aborted when the time is over, or somebody interrupts: what is known by then is told. */
  readonly signal: AbortSignal;
  /** Epoch milliseconds: when `signal` will be aborted. */
  readonly until: number;
  /** Of examineMessages. */
  readonly trialMs?: number;
}

/** Of examineMessages. */
const TRIAL_MS = 20_000;

/** Whatever a server does is a finding: it throws nothing of that. */
export async function examineAccount(
  account: Account,
  ports: DoctorPorts,
  options: ExamineOptions,
): Promise<Examination> {
  return await new Examiner(account, ports, options).examine();
}

class Examiner {
  readonly #account: Account;
  readonly #ports: DoctorPorts;
  readonly #options: ExamineOptions;
  readonly #book = new CheckBook();
  readonly #facts: Partial<SessionFacts> = {};
  #afterLogin: Capabilities | undefined;
  /** The session that goes on; `undefined` before the first, and if the one after it did not come to be. */
  #session: Pop3Session | undefined;
  /** Of that session. */
  #listing: SeenListing | undefined;
  #isOpen = false;
  /** What is examined now. */
  #at: CheckName = 'access';
  readonly #onStep = (name: CheckName): void => {
    this.#at = name;
  };

  constructor(account: Account, ports: DoctorPorts, options: ExamineOptions) {
    this.#account = account;
    this.#ports = ports;
    this.#options = options;
  }

  async examine(): Promise<Examination> {
    let why = 'the session before it did not come to be';
    try {
      await this.#examineAll();
    } catch (error) {
      why = this.#noteEnd(error);
    } finally {
      this.#session?.drop();
    }
    const { id, host, port } = this.#account;
    return { account: id, host, port, checks: this.#book.whole(why), facts: this.#examinedFacts() };
  }

  async #examineAll(): Promise<void> {
    const { signal } = this.#options;
    const access = await within(this.#ports.access.get(this.#account), signal);
    this.#at = 'connection';
    const session = await this.#open(access, (facts) => Object.assign(this.#facts, facts));
    this.#session = session;
    this.#isOpen = true;
    this.#book.add(
      ...judgeOpening(this.#account, { facts: this.#facts, failure: undefined }, this.#ports.now()),
    );
    await this.#examinePromises(session);
    await this.#examineSessions(session, access);
    if (this.#session && this.#listing) await this.#examineMessages(this.#session, this.#listing);
  }

  async #open(access: Access, onFacts?: (facts: Partial<SessionFacts>) => void): Promise<Pop3Session> {
    return await openSession(this.#account, access, this.#ports.pop3, this.#options.signal, onFacts);
  }

  async #examinePromises(session: Pop3Session): Promise<void> {
    this.#at = 'capabilities';
    this.#afterLogin = await session.capabilities();
    const { expire, loginDelaySeconds } = this.#promises();
    this.#book.add(
      judgeCapabilities(this.#facts.capabilities, this.#afterLogin),
      judgeExpire(this.#account, expire),
      judgeLoginDelay(this.#account, loginDelaySeconds),
    );
    this.#listing = await seeListing(session, this.#onStep);
    this.#book.add(judgeMaildrop(this.#listing), judgeUidls(this.#listing));
  }

  async #examineSessions(session: Pop3Session, access: Access): Promise<void> {
    const { signal, until } = this.#options;
    const first = this.#listing;
    if (!first) return;
    this.#at = 'sessions';
    const plan = planSecondSession(this.#promises().loginDelaySeconds, until - this.#ports.now());
    const after = await examineSessions(session, plan, {
      book: this.#book,
      signal,
      open: async () => await this.#open(access),
      onStep: this.#onStep,
    });
    // Numbers mean something in one session only.
    if (after.session !== session) this.#listing = after.listing;
    this.#session = after.session;
    this.#book.add(judgeWindow(first, after.listing));
    if (after.listing) this.#book.add(judgeStability(first.messages, after.listing.messages));
  }

  async #examineMessages(session: Pop3Session, { messages }: SeenListing): Promise<void> {
    const { retrieve, signal, trialMs = TRIAL_MS } = this.#options;
    await examineMessages(session, messages, this.#book, {
      retrieve,
      mode: this.#account.pipelining,
      isPipeliningAnnounced: this.#afterLogin?.has('PIPELINING') ?? false,
      onStep: this.#onStep,
      limits: { now: this.#ports.now, trialMs, signal },
    });
  }

  /** @returns why there is nothing to tell of the rest */
  #noteEnd(error: unknown): string {
    const { signal } = this.#options;
    const reason: unknown = signal.aborted ? signal.reason : error;
    if (!(reason instanceof MailferryError)) throw reason;
    if (this.#isOpen) {
      if (!this.#book.has(this.#at)) this.#book.add(problemOf(this.#at, reason));
      return `the examination ended before, at ${this.#at}`;
    }
    const opening = { facts: this.#facts, failure: { error: reason, hasAccess: this.#at !== 'access' } };
    this.#book.add(...judgeOpening(this.#account, opening, this.#ports.now()));
    return 'there was no session';
  }

  #promises(): ReturnType<typeof promisesOf> {
    return promisesOf(this.#facts.capabilities, this.#afterLogin);
  }

  #examinedFacts(): ExaminedFacts {
    const { greeting, tls, capabilities } = this.#facts;
    return {
      greeting,
      tls: tls && toExaminedTls(tls),
      capabilities: { beforeLogin: toRows(capabilities), afterLogin: toRows(this.#afterLogin) },
    };
  }
}
