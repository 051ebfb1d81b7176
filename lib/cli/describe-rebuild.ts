// What became of the messages of an archive when its ledger was rebuilt: the numbers, then every problem by kind.

import { isGood, REBUILD_PROBLEMS } from '../rebuild/rebuild-report.ts';
import type { RebuildReport } from '../rebuild/rebuild-report.ts';
import { describeFailure, describeObject, describeProblems, toProblemsJson } from './describe-problems.ts';
import type { Turn } from './each-account.ts';
import { formatCount, formatOctets } from './format.ts';
import { paint } from './paint.ts';

export type RebuiltAccount = Turn<RebuildReport>;

/** Every message of the archive is recorded. */
export function isWhole({ result }: RebuiltAccount): boolean {
  return result !== undefined && isGood(result);
}

export function describeRebuilt(rebuilt: RebuiltAccount, dryRun: boolean): string {
  const { account, result: report, failure } = rebuilt;
  if (!report) return describeFailure(account, 'the ledger could not be rebuilt', failure);
  const n = (count: number): string => count.toLocaleString('en');
  const { objects, recorded, known, left, withoutUidl, unparsed, octets } = report.counts;
  const headline = isWhole(rebuilt) ? paint('green', 'every message is recorded') : paint('red', 'DAMAGE');
  const would = dryRun ? 'to be recorded (this was a dry run)' : 'recorded now';
  return [
    `${account}: ${dryRun && isWhole(rebuilt) ? 'every message can be recorded' : headline}`,
    `  ${formatCount(objects, 'file')} in the archive: ${n(recorded)} ${would}, ${n(known)} recorded before, ${n(left)} not recorded`,
    `  ${formatOctets(octets)} read and proven`,
    ...(withoutUidl > 0
      ? [
          `  ${n(withoutUidl)} of them without a UIDL: the next import fetches them once more, and stores none twice`,
        ]
      : []),
    ...(unparsed > 0
      ? [`  ${n(unparsed)} without their parsed document: ${dryRun ? 'to be parsed' : 'given to the parser'}`]
      : []),
    ...describeProblems(report.problems, REBUILD_PROBLEMS, 'DAMAGE', describeObject),
  ].join('\n');
}

/** @param good all accounts had their turn, and all went well, the parsing too */
export function toRebuildJson(rebuilt: readonly RebuiltAccount[], parsing: object, good: boolean): object {
  return {
    good,
    accounts: rebuilt.map(({ account, result: report, failure }) => ({
      account,
      counts: report?.counts ?? null,
      problems: report ? toProblemsJson(report.problems, REBUILD_PROBLEMS) : null,
      failure: failure ?? null,
    })),
    parsing,
    kinds: REBUILD_PROBLEMS,
  };
}
