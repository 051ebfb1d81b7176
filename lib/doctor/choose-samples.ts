// Chooses the messages that an examination looks at: few, small, and from all over the mailbox. Pure.

import type { ListedMessage } from '../core/pop3/listing.ts';

export interface ChosenSample {
  readonly messageNumber: number;
  readonly octets: number;
}

const MOST_SAMPLES = 5;
const LARGEST_OCTETS = 64 * 1024;

/** Fewer if there are no more that are small enough; in the order of the listing. */
export function chooseSamples(messages: readonly ListedMessage[]): readonly ChosenSample[] {
  const small = messages.flatMap(({ messageNumber, octets }) =>
    octets !== undefined && octets <= LARGEST_OCTETS ? [{ messageNumber, octets }] : [],
  );
  const last = small.length - 1;
  const places = Array.from({ length: MOST_SAMPLES }, (_, index) =>
    Math.round((last * index) / (MOST_SAMPLES - 1)),
  );
  return [...new Set(places)].flatMap((place) => small[place] ?? []);
}
