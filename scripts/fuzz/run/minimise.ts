/**
 * Part of the fuzz run: makes a failed fuzzing case shorter. It finds a small set of the case's random
 * decisions (such as: change this message) with which the case still fails. Each round tries to remove
 * smaller parts of the set.
 */

/**
 * Largest number of attempts to remove random decisions from a failed fuzzing case. Each attempt runs the
 * case again.
 */
const MOST_TRIES = 150;

/**
 * Finds a small set of random decisions with which a fuzzing case still fails. `fails` runs the case with
 * only the given decisions. It resolves with true if the same failure occurs.
 */
export async function minimise(
  taken: readonly number[],
  fails: (only: number[]) => Promise<boolean>,
): Promise<number[]> {
  let left = [...taken];
  let tries = 0;
  for (let size = Math.ceil(left.length / 2); size >= 1 && tries < MOST_TRIES; ) {
    let shrunk = false;
    for (let at = 0; at < left.length && tries < MOST_TRIES; ) {
      const without = left.toSpliced(at, size);
      tries++;
      if (await fails(without)) {
        left = without;
        shrunk = true;
      } else at += size;
    }
    if (size === 1 && !shrunk) break;
    size = size === 1 ? 1 : Math.ceil(size / 2);
  }
  return left;
}
