// One run of one account: session, listing, plan, messages oldest first, QUIT, run record. While anything that was
// retrieved is not committed the connection is dropped, never ended with QUIT: to some servers QUIT means "I have it".

import type { Account } from '../core/account.ts';
import { describeError, MailferryError } from '../core/errors.ts';
import { planImport } from '../core/plan.ts';
import type { PlannedMessage } from '../core/plan.ts';
import { joinListing } from '../core/pop3/listing.ts';
import type { ListedMessage } from '../core/pop3/listing.ts';
import type { RunError, RunRecord } from '../core/record.ts';
import type { Uidl } from '../core/uidl.ts';
import { openSession } from '../session/open-session.ts';
import type { Pop3Session } from '../session/pop3-session.ts';
import { importMessage } from './import-message.ts';
import type { ImportPorts } from './import-ports.ts';
import { Tally } from './tally.ts';

/** What happens during a run, for whoever watches. */
export interface ImportObserver {
  planned?(messages: readonly PlannedMessage[]): void;
  octets?(count: number): void;
  /** One planned fetch is decided. */
  decided?(outcome: 'stored' | 'duplicate' | 'failed'): void;
  failed?(error: RunError): void;
  warned?(message: string): void;
}

export interface ImportOptions {
  /** List and plan only: nothing is retrieved, nothing is written. */
  readonly dryRun?: boolean;
  /** Aborted: no further message is started; what is under way is finished and the session ends properly. */
  readonly stop: AbortSignal;
  /** Aborted: the connection is closed at once. */
  readonly abort: AbortSignal;
  readonly observer?: ImportObserver;
}

/**
 * Never throws for what goes wrong with the account, its server or the archive: the record tells.
 * @returns the run's record, written to the ledger unless it was a dry run
 */
export async function importAccount(
  account: Account,
  ports: ImportPorts,
  options: ImportOptions,
): Promise<RunRecord> {
  const run = new AccountRun(account, ports, options);
  await run.execute();
  return await run.finish();
}

class AccountRun {
  readonly #account: Account;
  readonly #ports: ImportPorts;
  readonly #options: ImportOptions;
  readonly #runId: string;
  readonly #startedAt: number;
  readonly #tally = new Tally();
  readonly #errors: RunError[] = [];
  #octets = 0;
  #isStopped = false;

  constructor(account: Account, ports: ImportPorts, options: ImportOptions) {
    this.#account = account;
    this.#ports = ports;
    this.#options = options;
    this.#runId = ports.newRunId();
    this.#startedAt = ports.now();
  }

  async execute(): Promise<void> {
    let session: Pop3Session | undefined;
    try {
      if (this.#options.stop.aborted) throw interrupted();
      const password = await this.#ports.secrets.get(this.#account.password);
      session = await openSession(this.#account, password, this.#ports.dialer, this.#options.abort);
      await this.#importAll(session, await this.#plan(session));
      await session.quit();
    } catch (error) {
      this.#stopFor(error);
    } finally {
      session?.drop();
    }
  }

  async finish(): Promise<RunRecord> {
    this.#tally.count('deferred', this.#tally.undecided);
    const counts = this.#tally.counts();
    const record = (): RunRecord => ({
      account: this.#account.id,
      runId: this.#runId,
      startedAt: this.#startedAt,
      endedAt: this.#ports.now(),
      counts,
      octets: this.#octets,
      outcome: this.#isStopped ? 'stopped' : counts.failed > 0 ? 'partial' : 'complete',
      errors: this.#errors,
    });
    if (this.#options.dryRun) return record();
    try {
      await this.#ports.ledger.recordRun(record());
    } catch (error) {
      // A ledger that stopped the run cannot record it either: one report of it is enough.
      if (this.#errors.at(-1)?.code !== 'LEDGER_FAILED') this.#stopFor(error);
    }
    return record();
  }

  async #plan(session: Pop3Session): Promise<PlannedMessage[]> {
    const uidl = await session.uidl();
    if (!uidl) this.#options.observer?.warned?.(NO_UIDL_WARNING);
    const listing = joinListing(listOrRefuse(await session.list(), uidl !== undefined), uidl);
    const known = await this.#ports.ledger.find(this.#account.id, uidlsOf(listing));
    const plan = planImport(listing, known, this.#account.limits);
    this.#tally.list(plan.length);
    this.#tally.count('known', plan.filter(({ action }) => action === 'known').length);
    this.#tally.count('skipped', plan.filter(({ action }) => action === 'skip').length);
    this.#options.observer?.planned?.(plan);
    return plan;
  }

  async #importAll(session: Pop3Session, plan: readonly PlannedMessage[]): Promise<void> {
    if (this.#options.dryRun) return;
    for (const message of plan) {
      if (message.action !== 'fetch') continue;
      if (this.#options.stop.aborted) {
        this.#stopFor(interrupted());
        return;
      }
      await this.#importOne(session, message);
    }
  }

  async #importOne(
    session: Pop3Session,
    message: Extract<PlannedMessage, { action: 'fetch' }>,
  ): Promise<void> {
    let imported;
    try {
      imported = await importMessage(message, {
        account: this.#account,
        session,
        runId: this.#runId,
        ports: this.#ports,
        onOctets: (count) => this.#options.observer?.octets?.(count),
      });
    } catch (error) {
      await this.#messageFailed(message, error);
      return;
    }
    this.#octets += imported.octets;
    this.#tally.count(imported.outcome);
    this.#options.observer?.decided?.(imported.outcome);
  }

  /** A message the server refuses is counted and the rest go on; anything else ends the run. */
  async #messageFailed(message: Extract<PlannedMessage, { action: 'fetch' }>, error: unknown): Promise<void> {
    if (
      error instanceof MailferryError &&
      error.code === 'MESSAGE_TOO_LARGE' &&
      message.reason === 'new' &&
      message.listed.uidl !== undefined
    ) {
      await this.#rememberTooLarge(message.listed.uidl, message.firstSeen);
      this.#tally.count('skipped');
      throw error;
    }
    this.#tally.count('failed');
    this.#options.observer?.decided?.('failed');
    if (!(error instanceof MailferryError) || error.scope !== 'message') throw error;
    this.#report(error);
  }

  async #rememberTooLarge(uidl: Uidl, firstSeen: number | undefined): Promise<void> {
    await this.#ports.ledger.commit(this.#account.id, {
      state: 'skipped',
      uidl,
      octets: (this.#account.limits.messageOctets ?? 0) + 1,
      firstSeen: firstSeen ?? this.#ports.now(),
      runId: this.#runId,
    });
  }

  #stopFor(error: unknown): void {
    this.#isStopped = true;
    this.#report(error);
  }

  #report(error: unknown): void {
    const known = error instanceof MailferryError ? error : undefined;
    const reported: RunError = {
      code: known?.code ?? 'INTERNAL',
      message: describeError(error),
      hint: known?.hint ?? 'run again: what is stored stays stored, and the import goes on where it stopped',
    };
    this.#errors.push(reported);
    this.#options.observer?.failed?.(reported);
  }
}

const NO_UIDL_WARNING =
  'this server has no UIDL command: every message is fetched in every run, and told apart by its content';

function uidlsOf(listing: readonly ListedMessage[]): Uidl[] {
  return listing.flatMap(({ uidl }) => (uidl === undefined ? [] : [uidl]));
}

function listOrRefuse<T>(list: T | undefined, hasUidl: boolean): T | undefined {
  if (list !== undefined || hasUidl) return list;
  throw new MailferryError('the server refused both UIDL and LIST, so its messages are unknown', {
    code: 'POP3_UNAVAILABLE',
    scope: 'session',
    retryable: true,
  });
}

function interrupted(): MailferryError {
  return new MailferryError('the run was interrupted by a signal', {
    code: 'INTERRUPTED',
    scope: 'session',
    retryable: true,
    hint: 'run again: the import goes on where it stopped',
  });
}
