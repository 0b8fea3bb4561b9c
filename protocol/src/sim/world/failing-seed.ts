/** Searches for a seed whose world breaks an invariant, then for the fewest faults with which it still does. */
import type { Deflater } from '../../channel/index.ts';
import { type Outcome, simulate } from './world.ts';

/** The error for a broken invariant, with the command that reproduces it. */
export class Found extends Error {
  constructor({ seed, steps, violation }: Outcome) {
    super(
      `seed ${seed}: ${violation}\nAgain with: npm run chaos -- sim --seed ${seed} --steps ${steps} --trace`,
    );
    this.name = 'Found';
  }
}

/** Runs the worlds of these seeds. Throws Found for the first one that fails. */
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

/** Repeats a failing seed with as few of its first faults as still make it fail. */
async function fewest(failed: Outcome, deflater: Deflater | undefined): Promise<Outcome> {
  for (let steps = 0; steps < failed.steps; steps++) {
    const outcome = await simulate({ seed: failed.seed, steps, ...(deflater && { deflater }) });
    if (outcome.violation !== undefined) return outcome;
  }
  return failed;
}
