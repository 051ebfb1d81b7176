// The books of one account's move: what was copied, and what was not and why. At the end they balance, or the move fails.

import type { AccountId } from '../core/account.ts';
import { MailferryError } from '../core/errors.ts';
import type { MessageRecord } from '../core/record.ts';
import { OBJECT_GROUPS } from './object-name.ts';
import type { ObjectGroup } from './object-name.ts';
import { MOVE_PROBLEMS } from './move-report.ts';
import type { MoveProblem, MoveProblemKind, MoveReport, ObjectCounts, RecordCounts } from './move-report.ts';

export class MoveBook {
  readonly copied: Record<ObjectGroup, number> = { attachments: 0, parsed: 0, catalog: 0, raw: 0 };
  /** Listed by the pass that copies. */
  readonly seen: Record<ObjectGroup, number> = { attachments: 0, parsed: 0, catalog: 0, raw: 0 };
  /** By the pass that compares. */
  readonly compared: Record<ObjectGroup, { listed: number; same: number }> = {
    attachments: { listed: 0, same: 0 },
    parsed: { listed: 0, same: 0 },
    catalog: { listed: 0, same: 0 },
    raw: { listed: 0, same: 0 },
  };
  readonly records: RecordCounts = { listed: 0, copied: 0, present: 0, kept: 0, lost: 0, different: 0 };
  octets = 0;
  runs = 0;
  waitingRows = 0;
  /** By what they are about. */
  readonly #problems = new Map<string, MoveProblem>();
  readonly #kept = new Set<string>();

  /** An object is told once, by what was found first; but what is no news goes before news. */
  report(kind: MoveProblemKind, key: string, detail?: string): void {
    const before = this.#problems.get(key);
    if (before !== undefined && !(isNews(before.kind) && !isNews(kind))) return;
    this.#problems.set(key, { kind, key, record: undefined, detail });
  }

  reportRecord(kind: MoveProblemKind, record: MessageRecord): void {
    const problem = { kind, key: undefined, record, detail: undefined };
    this.#problems.set(`record ${nameOf(record)}`, problem);
  }

  hasProblem(key: string): boolean {
    return this.#problems.has(key);
  }

  countOf(kind: MoveProblemKind): number {
    let count = 0;
    for (const problem of this.#problems.values()) if (problem.kind === kind) count += 1;
    return count;
  }

  /** The target keeps what it had of this message. */
  keep(record: MessageRecord): void {
    this.#kept.add(nameOf(record));
  }

  isKept(record: MessageRecord): boolean {
    return this.#kept.has(nameOf(record));
  }

  /** @throws RUN_UNBALANCED: a bug of ours, or another program at work, that must not pass for a good move */
  toReport(account: AccountId, isTargetAhead: boolean): MoveReport {
    const counts = OBJECT_GROUPS.map((group) => [group, this.#objectCounts(group)] as const);
    const { listed, copied, present, kept } = this.records;
    if (listed !== copied + present + kept) throw unbalanced('records', this.records);
    return {
      account,
      isTargetAhead,
      objects: Object.fromEntries(counts) as Record<ObjectGroup, ObjectCounts>,
      records: this.records,
      runs: this.runs,
      waitingRows: this.waitingRows,
      octets: this.octets,
      problems: [...this.#problems.values()],
    };
  }

  #objectCounts(group: ObjectGroup): ObjectCounts {
    const { listed, same } = this.compared[group];
    // One that was copied and is not there in the end is left: it is named.
    const copied = Math.min(this.copied[group], same);
    if (listed !== this.seen[group]) throw unbalanced(`${group} objects`, { seen: this.seen[group], listed });
    return { listed, copied, present: same - copied, left: listed - same };
  }
}

function isNews(kind: MoveProblemKind): boolean {
  return MOVE_PROBLEMS[kind].severity === 'news';
}

function nameOf(record: MessageRecord): string {
  return `${record.state === 'stored' ? record.sha256 : ''} ${record.uidl}`;
}

function unbalanced(what: string, counts: object): MailferryError {
  return new MailferryError(`the move does not balance: ${what} ${JSON.stringify(counts)}`, {
    code: 'RUN_UNBALANCED',
    scope: 'account',
    retryable: false,
    hint: 'see that nothing else works on source and target, and move again; if it stays so, please report it',
  });
}
