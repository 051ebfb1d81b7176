// CloudFormation waits for an answer at an address of its own, and for nothing else: without one the deployment stands still.

import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';

export type Outcome =
  | { readonly status: 'SUCCESS'; readonly data: Readonly<Record<string, number>> }
  /** `reason` is shown to whoever deploys. */
  | { readonly status: 'FAILED'; readonly reason: string };

/** Always the same: another one would have CloudFormation delete the one before. */
const PHYSICAL_ID = 'mailferry-accounts';

/** CloudFormation takes 4 KB in all. */
const MAX_REASON_CHARACTERS = 2000;
const ATTEMPTS = 3;
const PAUSE_MS = 500;
const ATTEMPT_TIMEOUT_MS = 10_000;

/** @throws Error when nobody took the answer */
export async function answerCloudFormation(
  event: Pick<
    CloudFormationCustomResourceEvent,
    'ResponseURL' | 'StackId' | 'RequestId' | 'LogicalResourceId'
  >,
  outcome: Outcome,
): Promise<void> {
  const { ResponseURL, StackId, RequestId, LogicalResourceId } = event;
  const answer = JSON.stringify({
    Status: outcome.status,
    PhysicalResourceId: PHYSICAL_ID,
    StackId,
    RequestId,
    LogicalResourceId,
    ...(outcome.status === 'SUCCESS'
      ? { Data: outcome.data }
      : { Reason: outcome.reason.slice(0, MAX_REASON_CHARACTERS) }),
  });
  for (let attempt = 1; ; attempt += 1) {
    const refusal = await put(ResponseURL, answer);
    if (refusal === undefined) return;
    if (attempt === ATTEMPTS) throw new Error(`CloudFormation does not take the answer: ${refusal}`);
    await sleep(PAUSE_MS * attempt);
  }
}

/** @returns what was wrong, if something was. The address is signed and is told to nobody. */
async function put(url: string, answer: string): Promise<string | undefined> {
  try {
    // Octets: of a text `fetch` would say its type, and the signature is for an answer without one.
    const body = Buffer.from(answer);
    const response = await fetch(url, {
      method: 'PUT',
      body,
      signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.ok ? undefined : `status ${response.status}`;
  } catch (error) {
    return error instanceof Error ? error.name : 'no connection';
  }
}
