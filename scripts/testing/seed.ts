/** Seeds of randomness that can be repeated. */

/** One seed of several numbers, such as a run's seed and the number of a case in it. */
export function seedOf(...parts: number[]): number {
  return parts.reduce((seed, part) => mixed(seed ^ Math.imul(part + 1, 0x9e3779b1)), 0x5eed);
}

export function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}

/** Mixes the bits of an integer, so that neighbours have nothing in common (the end of MurmurHash3). */
function mixed(integer: number): number {
  const once = Math.imul(integer ^ (integer >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}
