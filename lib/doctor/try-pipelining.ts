// Asks for the same messages once more, all at once, and compares. To be done last of all: a server that cannot do it may lose
// commands, or answer them out of step, and the session with them.

import { describeError, MailferryError } from '../core/errors.ts';
import { PIPELINED } from '../core/pop3/retrieval-window.ts';
import type { Pop3Session } from '../session/pop3-session.ts';
import type { ChosenSample } from './choose-samples.ts';
import type { PipeliningTrial } from './judge-pipelining.ts';
import type { Sample } from './judge-samples.ts';
import { toPrintable } from './printable.ts';
import { takeSamples } from './take-samples.ts';

/** One message twice proves nothing: its answers could be exchanged. */
export const FEWEST_MESSAGES = 2;

export interface TakenBefore {
  readonly chosen: readonly ChosenSample[];
  /** Of all of them, one by one. */
  readonly samples: readonly Sample[];
  readonly tookMs: number;
}

export interface TrialLimits {
  readonly now: () => number;
  /** From when on a server that does not answer is taken to have lost a command. */
  readonly trialMs: number;
  readonly signal: AbortSignal;
}

/** @throws what `signal` was aborted with; nothing else: whatever goes wrong here is the outcome */
export async function tryPipelining(
  session: Pop3Session,
  { chosen, samples, tookMs }: TakenBefore,
  { now, trialMs, signal }: TrialLimits,
): Promise<PipeliningTrial> {
  const began = now();
  let isLost = false;
  const timer = setTimeout(() => {
    isLost = true;
    session.drop();
  }, trialMs);
  try {
    const ahead = await takeSamples(session, chosen, PIPELINED);
    const aheadMs = now() - began;
    const same = ahead.samples.filter(({ sha256 }, index) => samples[index]?.sha256 === sha256).length;
    if (same === samples.length) return { works: true, messages: same, singleMs: tookMs, aheadMs };
    return {
      works: false,
      why: `${samples.length - same} of ${samples.length} messages were not the same as one by one`,
    };
  } catch (error) {
    signal.throwIfAborted();
    if (isLost) return { works: false, why: `an answer did not come within ${trialMs / 1000} s` };
    const code = error instanceof MailferryError ? `${error.code}: ` : '';
    return { works: false, why: `${code}${toPrintable(describeError(error))}` };
  } finally {
    clearTimeout(timer);
  }
}
