// How many accounts `accounts apply --prune` may remove. A configuration of which half is missing, or that is another stack's, must
// not end most polls by the way.

import { InvalidArgumentError } from 'commander';
import type { AccountId } from '../../core/account.ts';
import { MailferryError } from '../../core/errors.ts';
import { formatCount } from '../format.ts';
import { parseCount } from '../option-values.ts';

/** `few`: at most 10, and at most half of all. A number: at most so many. */
export type Prune = 'none' | 'few' | 'all' | number;

const FEW = 10;
const NAMED = 10;

/** @throws InvalidArgumentError */
export function parsePrune(value: string): Prune {
  if (value === 'few' || value === 'all') return value;
  try {
    return parseCount(value);
  } catch {
    throw new InvalidArgumentError('expected a whole number of at least 1, or all.');
  }
}

/**
 * @param others in the table and not in the configuration; @param total accounts in the table
 * @throws CONFIG_INVALID for more than is allowed
 */
export function checkPrune(prune: Prune, others: readonly AccountId[], total: number): void {
  if (others.length <= mostOf(prune, total)) return;
  const named = others.slice(0, NAMED).join(', ');
  const rest = others.length > NAMED ? ` and ${others.length - NAMED} more` : '';
  throw new MailferryError(
    `--prune would remove ${others.length} of ${formatCount(total, 'account')} in the table: ${named}${rest}; nothing is done`,
    {
      code: 'CONFIG_INVALID',
      scope: 'config',
      retryable: false,
      hint: `is it the right configuration? then say how many with --prune=${others.length}, or --prune=all`,
    },
  );
}

function mostOf(prune: Prune, total: number): number {
  if (prune === 'few') return Math.min(FEW, Math.floor(total / 2));
  return typeof prune === 'number' ? prune : Infinity;
}
