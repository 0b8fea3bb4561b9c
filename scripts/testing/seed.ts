/** Makes seeds for repeatable randomness. */

/** Combines several numbers into one seed, such as the seed of a run and the number of a test case. */
export function seedOf(...parts: number[]): number {
  return parts.reduce((seed, part) => mixed(seed ^ Math.imul(part + 1, 0x9e3779b1)), 0x5eed);
}

export function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}

/**
 * Mixes the bits of an integer, so that neighbouring numbers give unrelated results. It is the last step of
 * MurmurHash3.
 */
function mixed(integer: number): number {
  const once = Math.imul(integer ^ (integer >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}
