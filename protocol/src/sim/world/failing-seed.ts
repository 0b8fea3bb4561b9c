/**
 * Searches for a seed whose simulated world breaks an invariant. Then searches for the smallest number of
 * faults with which the invariant still breaks.
 */
import type { Deflater } from '../../channel/index.ts';
import { type Outcome, simulate } from './world.ts';

/**
 * The error that reports a seed whose simulated world broke an invariant. Its message contains the command
 * that simulates this world again.
 */
export class Found extends Error {
  constructor({ seed, steps, violation }: Outcome) {
    super(
      `seed ${seed}: ${violation}\nAgain with: npm run chaos -- sim --seed ${seed} --steps ${steps} --trace`,
    );
    this.name = 'Found';
  }
}

/**
 * Simulates the world of each of these seeds. Throws the error Found for the first seed whose world breaks an
 * invariant.
 */
export async function hunt(
  seeds: Iterable<number>,
  deflater: Deflater | undefined,
  passed?: (outcome: Outcome) => void,
): Promise<void> {
  for (const seed of seeds) {
    const outcome = await simulate({ seed, ...(deflater && { deflater }) });
    if (outcome.violation !== undefined) throw new Found(await fewest(outcome, deflater));
    passed?.(outcome);
  }
}

/**
 * Simulates the world of a failing seed again, first without faults, then with the first fault, then with the
 * first two, and so on. Returns the first outcome in which an invariant breaks.
 */
async function fewest(failed: Outcome, deflater: Deflater | undefined): Promise<Outcome> {
  for (let steps = 0; steps < failed.steps; steps++) {
    const outcome = await simulate({ seed: failed.seed, steps, ...(deflater && { deflater }) });
    if (outcome.violation !== undefined) return outcome;
  }
  return failed;
}
