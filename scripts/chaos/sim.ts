/**
 * npm run chaos -- sim: tests the protocol with faults in simulated networks. A seed determines everything in
 * a simulation, so a failure can be repeated with its seed.
 */
import { parseArgs } from 'node:util';
import { hunt, type Outcome, simulate } from '@unicore/protocol/sim/world';
import { zlibDeflater } from '@unicore/protocol/zlib';
import { duration, say } from '../lib/console.ts';
import { randomSeed } from '../testing/seed.ts';

const HELP = `npm run chaos -- sim [options]
  --seeds N   number of new worlds (default 200)
  --seed S    this world; with --seeds, the first of them
  --steps N   only the first N faults of it
  --trace     prints everything that happens in it`;

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string' },
      steps: { type: 'string' },
      trace: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return say(HELP);
  const seed = values.seed === undefined ? undefined : whole('seed', values.seed);
  if (seed !== undefined && values.seeds === undefined) {
    const steps = values.steps === undefined ? {} : { steps: whole('steps', values.steps) };
    const outcome = await simulate({
      seed,
      ...steps,
      deflater: zlibDeflater,
      ...(values.trace && { tell: say }),
    });
    if (outcome.violation !== undefined) throw new Error(outcome.violation);
    return say(inWords([outcome]));
  }
  await many(seed ?? randomSeed(), whole('seeds', values.seeds ?? '200'));
}

async function many(first: number, count: number): Promise<void> {
  const outcomes: Outcome[] = [];
  const begun = performance.now();
  // An error that a callback throws belongs to the simulation that runs now, and is printed with the seed of
  // this simulation.
  process.once('uncaughtException', (error) => {
    process.stderr.write(
      `${error.stack}\nAgain with: npm run chaos -- sim --seed ${first + outcomes.length}\n`,
    );
    process.exit(1);
  });
  const seeds = Array.from({ length: count }, (_, i) => first + i);
  await hunt(seeds, zlibDeflater, (outcome) => {
    outcomes.push(outcome);
    if (outcomes.length % 1_000 === 0) say(`  ${inWords(outcomes)}`);
  });
  say(`${inWords(outcomes)}, in ${duration(performance.now() - begun)}, from seed ${first}`);
}

function inWords(outcomes: readonly Outcome[]): string {
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((all, outcome) => all + of(outcome), 0);
  return [
    `${outcomes.length} worlds`,
    `${Math.round(sum(({ simulatedMs }) => simulatedMs) / 3_600_000)} simulated hours`,
    `${sum(({ steps }) => steps)} faults`,
    `${sum(({ channels }) => channels)} channels`,
    `${sum(({ attachments }) => attachments)} attachments`,
    `${Math.round(sum(({ bytes }) => bytes) / 1e6)} MB: nothing lost, doubled, reordered or left waiting`,
  ].join(', ');
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) return value;
  throw new Error(`--${name} is a whole number of 0 or more, not ${text}.`);
}
