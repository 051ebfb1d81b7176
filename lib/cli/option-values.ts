// Values of command line options. Each refusal says what is allowed.

import { InvalidArgumentError } from 'commander';

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** The longest a timer can run is a little more. */
const LONGEST_MS = 24 * UNIT_MS.d;

/** @throws InvalidArgumentError */
export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('expected a whole number of at least 1.');
  return Number(text);
}

/** @returns milliseconds. @throws InvalidArgumentError */
export function parseDuration(text: string): number {
  const match = /^([1-9]\d{0,9})([smhd])$/.exec(text.trim());
  const durationMs = match ? Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS] : Infinity;
  if (durationMs <= LONGEST_MS) return durationMs;
  throw new InvalidArgumentError(
    'expected a whole number of seconds, minutes, hours or days, such as 90s, 10m, 2h or 1d; 24d at most.',
  );
}
