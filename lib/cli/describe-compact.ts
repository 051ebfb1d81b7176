// What became of an account's catalog when it was compacted.

import type { CompactReport } from '../catalog/compact-account.ts';
import { MAX_UNPACKED_OCTETS } from '../catalog/read-catalog-file.ts';
import { describeFailure } from './describe-problems.ts';
import type { Turn } from './each-account.ts';
import { formatCount, formatOctets } from './format.ts';
import { paint } from './paint.ts';

type Compacted = Turn<CompactReport>;

const MAX = formatOctets(MAX_UNPACKED_OCTETS);

export function isCompacted({ result }: Compacted): boolean {
  return result?.damaged.length === 0;
}

export function describeCompacted({ account, result: report, failure }: Compacted): string {
  if (!report) return describeFailure(account, 'the compaction broke off', failure);
  const { files, merged, made, rows, repeats, damaged, tooLarge } = report;
  const n = (count: number): string => count.toLocaleString('en');
  const isDamaged = damaged.length > 0;
  const headline = isDamaged ? paint('red', 'DAMAGE') : paint('green', 'compacted');
  return [
    `${account}: ${headline}`,
    `  ${formatCount(files, 'file')}, of which ${n(merged)} became ${n(made)}: ${formatCount(rows, 'row')}, ${n(repeats)} left out for a newer one`,
    ...damaged.map((key) => `  cannot be read, and was left as it is: ${key}`),
    ...(isDamaged ? ['    take it away, and have mailferry reparse make its rows again'] : []),
    ...tooLarge.map((key) => `  unpacks to more than ${MAX}, and was left as it is: ${key}`),
  ].join('\n');
}

export function toCompactJson(turns: readonly Compacted[], complete: boolean): object {
  return {
    complete,
    accounts: turns.map(({ account, result, failure }) => ({
      account,
      report: result ?? null,
      failure: failure ?? null,
    })),
  };
}
