/** Measures the memory of this process after garbage collection. Node must run with --expose-gc. */
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Number of garbage collections in a row. Objects that one collection frees may allow the next collection to
 * free more.
 */
const ROUNDS = 4;
const PAUSE_MS = 50;

export interface Resident {
  /** Resident memory (RSS) of the process, as the operating system reports it, bytes. */
  rss: number;
  /**
   * `heap` is the used part of the JavaScript heap, bytes. `external` is memory in buffers outside the heap,
   * bytes.
   */
  heap: number;
  external: number;
}

export type ResidentCalls = { port(): Promise<number>; resident(): Promise<Resident> };

export async function resident(): Promise<Resident> {
  if (globalThis.gc === undefined) throw new Error('start this process with --expose-gc');
  for (let round = 0; round < ROUNDS; round++) {
    globalThis.gc();
    await sleep(PAUSE_MS);
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed, external };
}
