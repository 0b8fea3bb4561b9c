/**
 * Part of the fuzz run: the worker thread that fuzzes one part of the product (the target). It runs one
 * fuzzing case after the other, as ordered by the watching thread.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { TARGETS } from '../targets/index.ts';
import type { Target } from '../targets/target.ts';
import { settledMemory } from './memory.ts';
import { type Done, type Failure, type Order, Pulse, type WorkerData } from './messages.ts';
import { Plan } from './plan.ts';

const { target: name, seed, pulse } = workerData as WorkerData;
const port = parentPort!;
const marks = new Int32Array(pulse);
/**
 * The first uncaught error or unhandled rejection during a fuzzing case. It counts as a failure of this case.
 */
let stray: unknown;

process.on('uncaughtException', (error) => {
  stray ??= error;
});
process.on('unhandledRejection', (error) => {
  stray ??= error;
});

const target: Target = await TARGETS[name]();
port.on('message', async (order: Order | 'close') => {
  if (order !== 'close') return port.postMessage(await carryOut(order));
  await target.close();
  // Open sockets of libraries could keep the worker thread alive for some time. Therefore the thread exits
  // explicitly.
  process.exit();
});
port.postMessage('ready');

async function carryOut({ from, untilMs, frames: most, only }: Order): Promise<Done> {
  const done: Done = { cases: 0, frames: 0, codes: new Map(), memory: { resident: 0, live: 0 } };
  const end = performance.now() + untilMs;
  do {
    const index = from + done.cases++;
    const beat = (decision: number) => {
      Atomics.store(marks, Pulse.CASE, index);
      Atomics.store(marks, Pulse.DECISION, decision);
      Atomics.add(marks, Pulse.BEATS, 1);
    };
    const plan = new Plan({ seed, index, ...(only && { only: new Set(only) }), beat });
    const error = await attempt(plan);
    done.frames += plan.frames;
    for (const [code, count] of plan.codes) done.codes.set(code, (done.codes.get(code) ?? 0) + count);
    if (error !== undefined) done.failure = failure(plan, error);
  } while (!done.failure && performance.now() < end && done.frames < most);
  done.memory = (await target.memory?.()) ?? settledMemory();
  return done;
}

async function attempt(plan: Plan): Promise<unknown> {
  stray = undefined;
  try {
    await target.run(plan);
    // Node reports an unhandled rejection within one turn of the event loop. Without this wait, a rejection
    // in this fuzzing case would count as a failure of the next case.
    await new Promise((resolve) => setImmediate(resolve));
  } catch (error) {
    return error;
  }
  return stray;
}

function failure({ index, taken, story }: Plan, error: unknown): Failure {
  const text = error instanceof Error ? textOf(error) : String(error);
  return { target: name, seed, index, text, taken, story };
}

function textOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\nbecause of ${textOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
