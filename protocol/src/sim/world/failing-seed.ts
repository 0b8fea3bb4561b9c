/**
 * Searches for a seed whose simulated world breaks an invariant. Then searches for the smallest number of
 * faults with which the invariant still breaks.
 */
import type { Deflater } from '../../channel/index.ts';
import { type Outcome, simulate } from './world.ts';

/** The error for a broken invariant. Its message contains the command that reproduces the error. */
export class Found extends Error {
  constructor({ seed, steps, violation }: Outcome) {
    super(
      `seed ${seed}: ${violation}\nAgain with: npm run chaos -- sim --seed ${seed} --steps ${steps} --trace`,
    );
    this.name = 'Found';
  }
}

/** Simulates the worlds of these seeds. Throws Found for the first seed that fails. */
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
 * Repeats a failing seed with only its first faults. Returns the outcome with the smallest number of faults
 * that still fails.
 */
async function fewest(failed: Outcome, deflater: Deflater | undefined): Promise<Outcome> {
  for (let steps = 0; steps < failed.steps; steps++) {
    const outcome = await simulate({ seed: failed.seed, steps, ...(deflater && { deflater }) });
    if (outcome.violation !== undefined) return outcome;
  }
  return failed;
}
