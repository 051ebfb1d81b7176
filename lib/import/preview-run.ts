// What a dry run shows: the very plan a run would act on, and the deletions it would make.

import { isDue } from '../core/plan-deletions.ts';
import type { PlannedFetch } from '../core/plan.ts';
import type { AccountRun } from './account-run.ts';
import { dueDeletions, refusalOf } from './delete-messages.ts';
import { effectivePolicy } from './effective-policy.ts';
import type { DeletionPreview } from './import-options.ts';
import { knownCandidates } from './plan-run.ts';
import type { PlannedRun } from './plan-run.ts';

export function previewRun({ plan, health }: PlannedRun, run: AccountRun): void {
  const { due, deferred } = dueDeletions(knownCandidates(plan), run);
  const fetches = plan.filter((message) => message.action === 'fetch');
  for (const { listed } of fetches) run.book.decide(listed, 'deferred');
  const afterFetch = fetches.filter((message) => isDueOnceFetched(message, run)).length;
  const refusal = refusalOf(health);
  let outcome: DeletionPreview['outcome'] = 'planned';
  if (due.length + afterFetch === 0) outcome = 'none';
  else if (effectivePolicy(run) === 'keep') outcome = 'off';
  else if (refusal !== undefined) outcome = 'refused';
  if (outcome === 'refused' && refusal !== undefined) run.book.notice('DELETIONS_REFUSED', refusal);
  run.options.observer?.planned?.(plan, 0);
  run.options.observer?.deletionsPlanned?.({ outcome, due, deferred, afterFetch });
}

function isDueOnceFetched({ firstSeen }: PlannedFetch, { account, ports }: AccountRun): boolean {
  const now = ports.now();
  return isDue({ firstSeen: firstSeen ?? now }, account.onServer, now);
}
