/**
 * Part of the fuzz run: starts the worker thread that fuzzes, and watches it. If an input keeps the worker
 * thread busy for more than a second, this is a failure.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { TargetName } from '../targets/index.ts';
import { type Done, type Order, Pulse } from './messages.ts';

/**
 * The worker thread hangs if it uses this much CPU time without progress in its fuzzing case, ms. CPU time is
 * measured, because elapsed time would cause false alarms on a busy machine.
 */
const HANG_CPU_MS = 1_000;
/**
 * The worker thread also hangs if its fuzzing case makes no progress for this long, ms, even if the thread
 * only waits.
 */
const HANG_IDLE_MS = 30_000;
const LOOK_MS = 100;
/**
 * Largest size of V8's memory for new objects (young generation) in the worker thread, MiB. Without a limit
 * this memory would grow, and its growth could hide a memory leak.
 */
const YOUNG_MIB = 16;

export class Watched {
  readonly #worker: Worker;
  readonly #marks: Int32Array;

  private constructor(worker: Worker, marks: Int32Array) {
    this.#worker = worker;
    this.#marks = marks;
  }

  static async start(target: TargetName, seed: number): Promise<Watched> {
    const pulse = new SharedArrayBuffer(Pulse.BYTES);
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { target, seed, pulse },
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
    });
    await once(worker, 'message');
    return new Watched(worker, new Int32Array(pulse));
  }

  /**
   * Orders the worker thread to run fuzzing cases, and resolves with the result. If the worker thread hangs,
   * terminates it and rejects.
   */
  async order(order: Order): Promise<Done> {
    const watch = this.#watch();
    this.#worker.postMessage(order);
    const done = once(this.#worker, 'message').then(([message]) => message as Done);
    try {
      return await Promise.race([done, watch.hung]);
    } finally {
      done.catch(() => {});
      watch.stop();
    }
  }

  /** Index of the fuzzing case that the worker thread started last. */
  get index(): number {
    return Atomics.load(this.#marks, Pulse.CASE);
  }

  async close(): Promise<void> {
    const gone = once(this.#worker, 'exit');
    this.#worker.postMessage('close');
    await gone;
  }

  #watch(): { hung: Promise<never>; stop: () => void } {
    const { promise, reject } = Promise.withResolvers<never>();
    let beat = -1;
    let since = { at: 0, cpu: 0 };
    const timer = setInterval(() => {
      const now = { at: performance.now(), cpu: cpuMs() };
      const last = Atomics.load(this.#marks, Pulse.BEATS);
      if (last !== beat) since = now;
      beat = last;
      const busy = now.cpu - since.cpu;
      const idle = now.at - since.at;
      if (busy < HANG_CPU_MS && idle < HANG_IDLE_MS) return;
      void this.#worker.terminate();
      const decision = Atomics.load(this.#marks, Pulse.DECISION);
      const times = `${Math.round(busy)} ms of work and ${Math.round(idle)} ms in all`;
      reject(new Error(`what was decided before decision ${decision} was not done with after ${times}`));
    }, LOOK_MS);
    promise.catch(() => {});
    return { hung: promise, stop: () => clearInterval(timer) };
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
