// Random numbers that a printed seed brings back.

export interface SeededRandom {
  /** Give it as MAILFERRY_SEED to have the same numbers again. */
  readonly seed: number;
  /** The next number, at least `from` and below `to`. */
  between(from: number, to: number): number;
}

/** Seeded by the variable MAILFERRY_SEED, else by the clock. The generator is mulberry32. */
export function seededRandom(): SeededRandom {
  const given = Number(process.env['MAILFERRY_SEED']);
  const seed = Number.isInteger(given) && given > 0 ? given : Date.now() % 1_000_000_000;
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { seed, between: (from, to) => from + next() * (to - from) };
}
