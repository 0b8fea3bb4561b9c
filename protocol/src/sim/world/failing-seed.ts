/** Looks for a seed whose world breaks an invariant, and for the fewest of its faults that do. */
import type { Deflater } from '../../channel/index.ts';
import { type Outcome, simulate } from './world.ts';

/** What a world did that it should not have done, with the one command that shows it again. */
export class Found extends Error {
  constructor({ seed, steps, violation }: Outcome) {
    super(
      `seed ${seed}: ${violation}\nAgain with: npm run chaos -- sim --seed ${seed} --steps ${steps} --trace`,
    );
    this.name = 'Found';
  }
}

/** Throws Found for the first seed that fails. */
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

/** The same seed with the smallest number of faults that still fails: what comes after them does not matter. */
async function fewest(failed: Outcome, deflater: Deflater | undefined): Promise<Outcome> {
  for (let steps = 0; steps < failed.steps; steps++) {
    const outcome = await simulate({ seed: failed.seed, steps, ...(deflater && { deflater }) });
    if (outcome.violation !== undefined) return outcome;
  }
  return failed;
}
