/** Random numbers that are repeatable by a seed (mulberry32). */

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** True with this probability, 0 to 1. */
  chance(share: number): boolean;
  /** An integer from low to high, both included. */
  between(low: number, high: number): number;
  pick<T>(items: readonly T[]): T;
}

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    chance: (share) => next() < share,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (items) => items[Math.floor(next() * items.length)]!,
  };
}

export function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}
