// What `accounts apply` did, or would do: a line for each account for a person, the same as JSON for a program.

import type { AccountId } from '../../core/account.ts';
import { formatCount } from '../format.ts';
import { paint } from '../paint.ts';
import { layOut } from '../table.ts';
import type { AccountsDiff } from './apply-accounts.ts';

type Colour = 'green' | 'yellow' | 'dim' | 'red';

interface Row {
  readonly sign: string;
  readonly account: AccountId;
  readonly what: string;
  readonly colour: Colour;
}

const COLUMNS = [
  { title: '', align: 'left' },
  { title: '', align: 'left' },
  { title: '', align: 'left' },
] as const;

export function describeDiff(diff: AccountsDiff, dryRun: boolean): string {
  const { created, changed, unchanged, removed, leftAlone } = diff;
  const be = dryRun ? 'would be ' : '';
  const ids = (accounts: readonly AccountId[], sign: string, what: string, colour: Colour): Row[] =>
    accounts.map((account) => ({ sign, account, what, colour }));
  const rows: Row[] = [
    ...ids(created, '+', `${be}created`, 'green'),
    ...changed.map(({ account, keys }): Row => {
      const which = keys.length > 0 ? `: ${keys.join(', ')}` : '';
      return { sign: '~', account, what: `${be}changed${which}`, colour: 'yellow' };
    }),
    ...ids(unchanged, '=', 'unchanged', 'dim'),
    ...ids(removed, '-', `${be}removed: not polled any more; its mail and its records stay`, 'red'),
    ...ids(leftAlone, '?', 'in the table only, left alone: --prune removes it', 'yellow'),
  ];
  const [, ...lines] = layOut(
    COLUMNS,
    rows.map(({ sign, account, what }) => [sign, account, what]),
  );
  return [
    ...lines.map((line, index) => paint(rows[index]?.colour ?? 'dim', line)),
    summaryOf(diff, dryRun),
  ].join('\n');
}

function summaryOf(
  { created, changed, unchanged, removed, leftAlone }: AccountsDiff,
  dryRun: boolean,
): string {
  const total = created.length + changed.length + unchanged.length + removed.length + leftAlone.length;
  const counts = [
    [created.length, 'created'],
    [changed.length, 'changed'],
    [unchanged.length, 'unchanged'],
    [removed.length, 'removed'],
    [leftAlone.length, 'left alone'],
  ] as const;
  const parts = counts.flatMap(([count, what]) =>
    count > 0 ? [`${count.toLocaleString('en')} ${what}`] : [],
  );
  const note = dryRun ? ' (a dry run: nothing is written)' : '';
  return `${formatCount(total, 'account')}: ${parts.join(', ')}${note}`;
}

export function toDiffJson(diff: AccountsDiff, dryRun: boolean): object {
  return { dryRun, ...diff };
}
