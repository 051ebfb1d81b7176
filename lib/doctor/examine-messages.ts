// The part of an examination that looks at messages: TOP, RETR one by one, RETR all at once. The session is over afterwards.

import type { PipeliningMode } from '../core/account.ts';
import type { ListedMessage } from '../core/pop3/listing.ts';
import { ONE_BY_ONE } from '../core/pop3/retrieval-window.ts';
import type { Pop3Session } from '../session/pop3-session.ts';
import type { CheckBook } from './check-book.ts';
import { notTried } from './check.ts';
import type { CheckName } from './check.ts';
import { chooseSamples } from './choose-samples.ts';
import type { ChosenSample } from './choose-samples.ts';
import { judgePipelining } from './judge-pipelining.ts';
import { judgeSizes, judgeTop } from './judge-samples.ts';
import { endCleanly } from './see-listing.ts';
import { takeHeader, takeSamples } from './take-samples.ts';
import type { Taken } from './take-samples.ts';
import { FEWEST_MESSAGES, tryPipelining } from './try-pipelining.ts';
import type { TrialLimits } from './try-pipelining.ts';

export interface MessageOptions {
  readonly retrieve: boolean;
  readonly mode: PipeliningMode;
  readonly isPipeliningAnnounced: boolean;
  readonly onStep: (name: CheckName) => void;
  readonly limits: TrialLimits;
}

const OF_MESSAGES = ['sizes', 'top', 'pipelining'] as const;

/** @throws what ends the session before it came to pipelining */
export async function examineMessages(
  session: Pop3Session,
  messages: readonly ListedMessage[],
  book: CheckBook,
  options: MessageOptions,
): Promise<void> {
  const chosen = chooseSamples(messages);
  const [first] = chosen;
  if (!options.retrieve || !first) {
    const why = options.retrieve
      ? 'the listing has no message of up to 64 kB'
      : 'no message may be retrieved (--no-retrieve)';
    book.add(...OF_MESSAGES.map((name) => notTried(name, why)));
    await endCleanly(session);
    return;
  }
  try {
    await examineChosen(session, [first, ...chosen.slice(1)], book, options);
  } finally {
    // Not with QUIT: messages were shown, and some servers delete those then (RFC 2449 section 6.7).
    session.drop();
  }
}

async function examineChosen(
  session: Pop3Session,
  chosen: readonly [ChosenSample, ...ChosenSample[]],
  book: CheckBook,
  { mode, isPipeliningAnnounced, onStep, limits }: MessageOptions,
): Promise<void> {
  onStep('top');
  const top = await takeHeader(session, chosen[0].messageNumber);
  onStep('sizes');
  const began = limits.now();
  const taken = await takeSamples(session, chosen, ONE_BY_ONE);
  const tookMs = limits.now() - began;
  const same = taken.samples.find(({ messageNumber }) => messageNumber === chosen[0].messageNumber);
  book.add(judgeTop(top, same), judgeSizes(taken.samples, taken.refused));
  onStep('pipelining');
  const unfit = unfitFor(taken);
  if (unfit !== undefined) {
    book.add(notTried('pipelining', unfit));
    return;
  }
  const trial = await tryPipelining(session, { chosen, samples: taken.samples, tookMs }, limits);
  book.add(judgePipelining(isPipeliningAnnounced, mode, trial));
}

function unfitFor({ samples, refused }: Taken): string | undefined {
  if (refused.length > 0) return 'the server refused some of the messages that it would be tried with';
  if (samples.length >= FEWEST_MESSAGES) return undefined;
  return `it takes ${FEWEST_MESSAGES} small messages to try it, and there is one`;
}
