// Judges a few messages as they came: their size against LIST, and their header against TOP. Pure.

import { note, notTried, ok, problem } from './check.ts';
import type { Check } from './check.ts';
import { count } from './printable.ts';

/** One message, retrieved whole. */
export interface Sample {
  readonly messageNumber: number;
  /** By LIST. */
  readonly listedOctets: number;
  readonly octets: number;
  /** In hex. */
  readonly sha256: string;
  /** With the empty line that ends it; `undefined` if it is too long to be looked at. */
  readonly header: Uint8Array | undefined;
}

export interface RefusedSample {
  readonly messageNumber: number;
  readonly refusal: string;
}

export function judgeSizes(samples: readonly Sample[], refused: readonly RefusedSample[]): Check {
  const tried = samples.length + refused.length;
  const [first] = refused;
  if (first) {
    return problem(
      'sizes',
      `${refused.length} of ${count(tried, 'message')} asked for were refused: ${first.refusal}`,
    );
  }
  const empty = samples.filter(({ octets, listedOctets }) => octets === 0 && listedOctets > 0).length;
  if (empty > 0)
    return problem(
      'sizes',
      `${empty} of ${count(tried, 'message')} came without an octet, other than LIST says`,
    );
  const differences = samples.map(({ octets, listedOctets }) => octets - listedOctets);
  const wrong = differences.filter((difference) => difference !== 0);
  if (wrong.length === 0) return ok('sizes', `${count(tried, 'message')} came as large as LIST says`);
  const [least, most] = [Math.min(...wrong), Math.max(...wrong)];
  const range = least === most ? signed(least) : `${signed(least)} to ${signed(most)}`;
  return note(
    'sizes',
    `LIST is no exact measure: ${wrong.length} of ${count(tried, 'message')} came with ${range} octets`,
  );
}

/** @param top what TOP with no line gave; `undefined`: it was refused */
export function judgeTop(top: Uint8Array | undefined, sample: Sample | undefined): Check {
  if (top === undefined) {
    return note(
      'top',
      'the server has no TOP: a message is fetched again where its header would have been enough',
    );
  }
  if (!sample?.header) return notTried('top', 'TOP is answered; there is no message to compare it with');
  if (Buffer.compare(top, sample.header) === 0) return ok('top', 'TOP gives the header as RETR does');
  return note(
    'top',
    'TOP gives another header than RETR: a message cannot be known by it, and is fetched again instead',
  );
}

function signed(octets: number): string {
  return octets > 0 ? `+${octets}` : String(octets);
}
