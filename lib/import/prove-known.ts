// Known by its UIDL, but is it the same message? Asked before a message is deleted on the word of its UIDL, and of every
// message where the server was seen to give old UIDLs to other messages. What the server shows of it has to be the header
// that was stored, and its octets must have been fetched under this UIDL once; otherwise they are fetched now.

import { MAX_BROKEN_SESSIONS } from '../core/limits.ts';
import type { DeletionCandidate } from '../core/plan-deletions.ts';
import type { AccountRun } from './account-run.ts';
import { breaksSession, isOfMessage } from './failed-message.ts';
import { readFingerprint } from '../spool/header-fingerprint.ts';
import { importMessage } from './import-message.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Maildrop } from './maildrop.ts';

/** A message that this session of the run has shown to be the recorded one. */
export interface ProvenCandidate extends DeletionCandidate {
  readonly sessionNumber: number;
}

/**
 * @param known messages in the books as `known`, oldest first; those not proven when the run is asked to stop, or when
 *        sessions break one after the other, are left out
 * @throws what ends the run
 */
export async function proveKnown(
  known: readonly DeletionCandidate[],
  run: AccountRun,
  maildrop: Maildrop,
  lease: LeaseKeeper,
): Promise<ProvenCandidate[]> {
  const proof = new Proof(run, maildrop);
  const proven: ProvenCandidate[] = [];
  for (const candidate of known) {
    if (run.options.stop.aborted || proof.isGivenUp) break;
    if (!maildrop.has(candidate.listed)) continue;
    await lease.keep();
    const found = await proof.prove(candidate);
    if (found) proven.push(found);
  }
  return proven;
}

/** Whether the server shows the header that was stored. Without TOP, or without a header to compare, it does not. */
export async function showsTheSame(
  { listed, record }: DeletionCandidate,
  maildrop: Maildrop,
): Promise<boolean> {
  if (record.headerSha256 === undefined) return false;
  const header = await maildrop.header(listed);
  if (!header || (await readFingerprint(header)) !== record.headerSha256) return false;
  maildrop.committed(listed);
  return true;
}

class Proof {
  readonly #run: AccountRun;
  readonly #maildrop: Maildrop;
  /** Off once the session has broken at TOP. */
  #canAsk = true;
  #broken = 0;

  constructor(run: AccountRun, maildrop: Maildrop) {
    this.#run = run;
    this.#maildrop = maildrop;
  }

  get isGivenUp(): boolean {
    return this.#broken >= MAX_BROKEN_SESSIONS;
  }

  async prove(candidate: DeletionCandidate): Promise<ProvenCandidate | undefined> {
    const isTheSame = await this.#attempt(candidate, () => this.#ask(candidate));
    if (isTheSame === true) return { ...candidate, sessionNumber: this.#maildrop.sessionNumber };
    if (isTheSame === undefined) this.#canAsk = false;
    if (this.isGivenUp || !this.#maildrop.has(candidate.listed)) return undefined;
    const fetched = await this.#attempt(candidate, () => this.#fetch(candidate));
    if (!fetched) this.#run.book.revise(candidate.listed, 'failed');
    return fetched;
  }

  async #ask(candidate: DeletionCandidate): Promise<boolean> {
    if (!this.#canAsk || candidate.record.identifiedBy === 'header') return false;
    return await showsTheSame(candidate, this.#maildrop);
  }

  async #fetch({ listed, record: known }: DeletionCandidate): Promise<ProvenCandidate> {
    // The ledger keeps the first sight of octets that it has; others are seen now.
    const { outcome, record } = await importMessage(listed, () => undefined, this.#run, this.#maildrop);
    if (record.sha256 !== known.sha256) this.#run.book.revise(listed, outcome);
    return { listed, record, sessionNumber: this.#maildrop.sessionNumber };
  }

  /** `undefined` if it failed at this message; then a session is open again. */
  async #attempt<T>({ listed }: DeletionCandidate, step: () => Promise<T>): Promise<T | undefined> {
    try {
      return await step();
    } catch (error) {
      if (this.#run.options.abort.aborted || !isOfMessage(error)) throw error;
      this.#run.book.report(error);
      if (!breaksSession(error)) return undefined;
      this.#broken += 1;
      await this.#maildrop.reopen();
      const what = `the session ended at message ${listed.messageNumber}, and another went on`;
      this.#run.book.notice('RECONNECTED', what);
      return undefined;
    }
  }
}
