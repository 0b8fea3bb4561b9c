/** A worker under watch: an input that keeps it busy for more than a second is a failure like any other. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { TargetName } from '../targets/target.ts';
import type { Done, Order } from './messages.ts';

/** Of processor time, so that a busy machine blames nobody. */
const HANG_CPU_MS = 1_000;
/** Of time in which nothing is computed at all: something is waited for that does not come. */
const HANG_IDLE_MS = 30_000;
const LOOK_MS = 100;

export class Watched {
  readonly #worker: Worker;
  readonly #beats: Int32Array;

  private constructor(worker: Worker, beats: Int32Array) {
    this.#worker = worker;
    this.#beats = beats;
  }

  static async start(target: TargetName, seed: number): Promise<Watched> {
    const pulse = new SharedArrayBuffer(4);
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { target, seed, pulse },
    });
    await once(worker, 'message');
    return new Watched(worker, new Int32Array(pulse));
  }

  /** Rejects when it hangs; the worker is gone then. */
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
      const last = Atomics.load(this.#beats, 0);
      if (last !== beat) since = now;
      beat = last;
      const busy = now.cpu - since.cpu;
      const idle = now.at - since.at;
      if (busy < HANG_CPU_MS && idle < HANG_IDLE_MS) return;
      void this.#worker.terminate();
      reject(
        new Error(
          `an input was not done with after ${Math.round(busy)} ms of work and ${Math.round(idle)} ms in all`,
        ),
      );
    }, LOOK_MS);
    promise.catch(() => {});
    return { hung: promise, stop: () => clearInterval(timer) };
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
