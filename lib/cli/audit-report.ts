// What an audit found: first how much agrees, then every difference by kind, for a person or a program.

import type { AuditReport } from '../audit/audit-account.ts';
import { DIFFERENCES } from '../audit/difference.ts';
import type { Difference } from '../audit/difference.ts';
import type { RunError } from '../core/run-error.ts';
import { describeFailure, describeProblems } from './describe-problems.ts';
import type { Turn } from './each-account.ts';
import { formatCount } from './format.ts';
import { paint } from './paint.ts';
import { describeUidl, toPrintableUidl } from './printable-uidl.ts';

export interface Audited {
  readonly report: AuditReport;
  /** `undefined` without `--repair`. */
  readonly repair:
    | {
        /** Records marked lost; `undefined` where there is a failure. */
        readonly marked: number | undefined;
        readonly failure: RunError | undefined;
      }
    | undefined;
  /** Who works on the account while it is audited, in words. */
  readonly atWork: string | undefined;
}

export type AuditedAccount = Turn<Audited>;

export function isGood({ result }: AuditedAccount): boolean {
  if (result === undefined || result.repair?.failure) return false;
  return !result.report.serverError && countDamage(result.report) === 0;
}

function countDamage({ differences }: AuditReport): number {
  return differences.filter(({ kind }) => DIFFERENCES[kind].severity === 'damage').length;
}

export function describeAudited({ account, result, failure }: AuditedAccount): string {
  if (!result) return describeFailure(account, 'could not be audited', failure);
  const { report, repair, atWork } = result;
  const lines = [`${account}: ${headline(report)}`, ...describeCounts(report)];
  if (atWork !== undefined)
    lines.push(`  at work: ${atWork}`, '  what it does meanwhile may show as a difference');
  lines.push(...describeProblems(report.differences, DIFFERENCES, 'DAMAGE', describeOne));
  if (repair?.marked !== undefined) {
    const next = repair.marked > 0 ? ': the next import fetches them if the server still has them' : '';
    lines.push('', `  ${formatCount(repair.marked, 'record')} marked lost${next}`);
  }
  if (report.serverError)
    lines.push('', ...describeError('the server could not be asked', report.serverError));
  if (repair?.failure) lines.push('', ...describeError('the repair failed', repair.failure));
  return lines.join('\n');
}

function headline(report: AuditReport): string {
  const damage = countDamage(report);
  const news = report.differences.length - damage;
  const andNews = news > 0 ? `, ${formatDifferences(news)} news` : '';
  if (damage > 0) return paint('red', `${formatDifferences(damage)} DAMAGE`) + andNews;
  if (report.serverError)
    return `${paint('yellow', 'no damage found, and the server was not compared')}${andNews}`;
  return news > 0 ? `${paint('green', 'no damage')}${andNews}` : paint('green', 'everything agrees');
}

function formatDifferences(count: number): string {
  return `${formatCount(count, 'difference')} ${count === 1 ? 'is' : 'are'}`;
}

function describeCounts({ counts, serverError }: AuditReport): string[] {
  const n = (count: number): string => count.toLocaleString('en');
  const { records, stored, intact, documents, deleted, objects, listed, listedAndStored, storedOnly } =
    counts;
  const gone = storedOnly === undefined ? '' : `; ${n(storedOnly)} stored and no longer listed`;
  const andDeleted = deleted > 0 ? ` (${n(deleted)} of them deleted on the server)` : '';
  const notAsked = serverError ? 'could not be asked' : 'not asked; --server compares with what it lists';
  return [
    `  ledger   ${formatCount(records, 'record')}: ${n(stored)} stored${andDeleted}, ${n(records - stored)} not stored`,
    `  archive  ${formatCount(objects, 'file')}: ${n(intact)} of ${n(stored)} stored messages intact, ${n(documents)} with their parsed document`,
    `  server   ${listed === undefined ? notAsked : `${n(listed)} listed: ${n(listedAndStored ?? 0)} of them stored${gone}`}`,
  ];
}

function describeOne({ kind, key, uidl, messageNumber, isListed, detail }: Difference): string {
  const isOnServer = isListed === undefined || messageNumber !== undefined ? undefined : isListed;
  const parts = [
    messageNumber === undefined ? undefined : `message ${messageNumber}`,
    key,
    uidl === undefined ? undefined : `UIDL ${describeUidl(uidl)}`,
    isOnServer === undefined || kind === 'gone-before-stored'
      ? undefined
      : `the server ${isOnServer ? 'still lists it' : 'does not list it'}`,
    detail,
  ];
  return parts.filter((part) => part !== undefined).join('  ');
}

function describeError(what: string, error: RunError): string[] {
  return [
    `  ${paint('red', what)}: ${error.code}: ${error.message}`,
    ...(error.hint === undefined ? [] : [`    ${error.hint}`]),
  ];
}

export function toAuditJson(audited: readonly AuditedAccount[]): object {
  return {
    good: audited.every(isGood),
    accounts: audited.map(({ account, result, failure }) => ({
      account,
      damage: result ? countDamage(result.report) : null,
      counts: result?.report.counts ?? null,
      differences: result?.report.differences.map(toDifferenceJson) ?? null,
      ...(result?.repair?.marked !== undefined && { markedLost: result.repair.marked }),
      serverError: result?.report.serverError ?? null,
      failure: failure ?? result?.repair?.failure ?? null,
    })),
    kinds: DIFFERENCES,
  };
}

function toDifferenceJson({ kind, key, uidl, messageNumber, isListed, detail }: Difference): object {
  const { severity } = DIFFERENCES[kind];
  const printable = uidl === undefined ? undefined : toPrintableUidl(uidl);
  return { kind, severity, key, uidl: printable, messageNumber, isListed, detail };
}
