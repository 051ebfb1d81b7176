// The chain of a drain's slices: what the account's state says is the truth, a message only points at it. First the state
// changes, then the message is sent, then the state says so: whoever dies in between leaves what the next one can finish,
// and nobody can make two chains of one.

import type { AccountId } from '../../lib/core/account.ts';
import { planSlice } from '../../lib/core/drain.ts';
import type { Drain, DrainSlice } from '../../lib/core/drain.ts';
import { MailferryError } from '../../lib/core/errors.ts';
import type { FetchPorts } from './fetch-ports.ts';

type ChainPorts = Pick<FetchPorts, 'directory' | 'drains' | 'imports' | 'newDrainId'>;

/**
 * Begin a drain in the place of one whose message was lost, or of none.
 * @param before as the poll found it: if somebody changed it since, that one's goes on
 * @throws LEDGER_FAILED, QUEUE_FAILED: the next poll sends what was not sent
 */
export async function startDrain(
  account: AccountId,
  before: Drain | undefined,
  ports: ChainPorts,
): Promise<void> {
  const at = ports.imports.now();
  const drain: Drain = { id: ports.newDrainId(), slice: 1, isSent: false, at, idleSlices: 0 };
  if ((await ports.directory.saveDrain(account, drain, before)) === 'saved')
    await sendSlice(account, drain, ports);
}

/** Forget a drain whose message was lost. @throws LEDGER_FAILED */
export async function forgetDrain(
  account: AccountId,
  before: Drain | undefined,
  ports: ChainPorts,
): Promise<void> {
  if (before !== undefined) await ports.directory.saveDrain(account, undefined, before);
}

/** Send the message of its slice, again perhaps: of several only one is acted on. @throws LEDGER_FAILED, QUEUE_FAILED */
export async function sendSlice(account: AccountId, drain: Drain, ports: ChainPorts): Promise<void> {
  const { id, slice } = drain;
  await ports.drains.enqueue({ kind: 'drain', account, id, slice });
  // Refused if the slice was run in the meantime; then there is nothing to note.
  await ports.directory.saveDrain(account, { ...drain, isSent: true, at: ports.imports.now() }, drain);
}

/**
 * After its slice: on to the next one, or to the end.
 * @param drain as the slice found it
 * @param next `undefined`: the drain is over
 * @throws LEDGER_FAILED, QUEUE_FAILED: the message of the slice that was run finishes it when it comes again
 */
export async function moveOn(
  message: DrainSlice & { readonly account: AccountId },
  drain: Drain,
  next: Drain | undefined,
  ports: ChainPorts,
): Promise<void> {
  const { account } = message;
  let before = drain;
  for (let attempt = 0; attempt < MAX_CHANGES; attempt += 1) {
    if ((await ports.directory.saveDrain(account, next, before)) === 'saved') {
      if (next !== undefined) await sendSlice(account, next, ports);
      return;
    }
    // Noted as sent since, by whoever sent it. Or the slice was given out twice, and the other one has moved on.
    const { drain: now } = await ports.directory.view(account);
    if (now === undefined || planSlice(message, now) !== 'run') return;
    before = now;
  }
  throw new MailferryError(`the drain of account ${account} changes too fast to be moved on`, {
    code: 'LEDGER_FAILED',
    scope: 'account',
    retryable: true,
  });
}

/** While its slice is the same, a drain changes once: it is noted as sent. */
const MAX_CHANGES = 3;
