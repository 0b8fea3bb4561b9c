/**
 * Part of the fuzz run: fuzzes one part of the product (the target) for a given time or number of frames.
 * Checks that the memory in use does not grow.
 */
import type { TargetName } from '../targets/index.ts';
import type { Memory } from './memory.ts';
import type { Failure, Order } from './messages.ts';
import { minimise } from './minimise.ts';
import { Watched } from './watched.ts';

/**
 * From the second third of a fuzz run to its last third, the memory in use may grow by at most this many
 * bytes.
 */
const MOST_GROWTH = 16 * 2 ** 20;
/**
 * The growth of memory is checked only if memory was measured at least this many times. In a shorter fuzz
 * run, code and caches still grow.
 */
const MIN_LOOKS = 9;

export interface Budget {
  ms: number;
  frames: number;
}

export interface Progress {
  ms: number;
  frames: number;
  cases: number;
  memory: Memory;
}

export interface Result {
  target: TargetName;
  codes: Map<string, number>;
  looks: Progress[];
  failure?: Failure;
}

export interface CampaignOptions {
  target: TargetName;
  seed: number;
  budget: Budget;
  /** Time between two measurements of the memory in use, ms. */
  lookMs: number;
  /** Called after each measurement of memory, with the progress of the fuzz run so far. */
  report(progress: Progress): void;
}

export async function campaign({ target, seed, budget, lookMs, report }: CampaignOptions): Promise<Result> {
  const worker = await Watched.start(target, seed);
  // The time limit of the fuzz run does not include the start of its worker thread, which may take long on a
  // busy machine.
  const began = performance.now();
  const result: Result = { target, codes: new Map(), looks: [] };
  let [cases, frames] = [0, 0];
  try {
    while (frames < budget.frames && performance.now() - began < budget.ms && !result.failure) {
      const untilMs = Math.min(lookMs, budget.ms - (performance.now() - began));
      const done = await worker.order({ from: cases, untilMs, frames: budget.frames - frames });
      cases += done.cases;
      frames += done.frames;
      add(result.codes, done.codes);
      const progress = { ms: performance.now() - began, frames, cases, memory: done.memory };
      result.looks.push(progress);
      report(progress);
      if (done.failure) result.failure = done.failure;
    }
  } catch (error) {
    // The worker thread hung in a fuzzing case, and was terminated.
    const text = (error as Error).message;
    result.failure = { target, seed, index: worker.index, text, taken: [], story: [] };
    return result;
  }
  await worker.close();
  const growth = memoryGrowth(result.looks);
  if (!result.failure && growth > MOST_GROWTH) {
    const text = `reachable memory grew by ${Math.round(growth / 2 ** 20)} MiB`;
    result.failure = { target, seed, index: cases, text, taken: [], story: [] };
  }
  return result;
}

/**
 * Repeats a failed fuzzing case with fewer and fewer of its random decisions (such as: change this message).
 * Resolves with the failure of the shortest variant of the case that still fails in the same way.
 */
export async function shortened(failure: Failure): Promise<Failure> {
  const { target, seed, index } = failure;
  const worker = await Watched.start(target, seed);
  let shortest = failure;
  const fails = async (only: number[]) => {
    const found = (await worker.order(again(index, only))).failure;
    if (found === undefined || kindOf(found) !== kindOf(failure)) return false;
    shortest = found;
    return true;
  };
  if (await fails(failure.taken)) await minimise(failure.taken, fails);
  await worker.close();
  return shortest;
}

/** Runs one case again. */
export async function once(
  target: TargetName,
  seed: number,
  index: number,
  only?: number[],
): Promise<Failure | undefined> {
  const worker = await Watched.start(target, seed);
  const { failure } = await worker.order(again(index, only));
  await worker.close();
  return failure;
}

function again(index: number, only?: number[]): Order {
  return { from: index, untilMs: 0, frames: 0, ...(only && { only }) };
}

/**
 * Returns the kind of a failure: the first line of its error text, in which each number is replaced by 0. The
 * numbers differ from run to run.
 */
function kindOf({ text }: Failure): string {
  return text.split('\n')[0]!.replaceAll(/\d+/g, '0');
}

/** Returns by how many bytes the memory in use grew from the second third of a fuzz run to its last third. */
function memoryGrowth(looks: readonly Progress[]): number {
  if (looks.length < MIN_LOOKS) return 0;
  const third = Math.floor(looks.length / 3);
  const least = (some: readonly Progress[]) => Math.min(...some.map(({ memory }) => memory.live));
  return least(looks.slice(-third)) - least(looks.slice(third, 2 * third));
}

function add(all: Map<string, number>, more: ReadonlyMap<string, number>): void {
  for (const [code, count] of more) all.set(code, (all.get(code) ?? 0) + count);
}
