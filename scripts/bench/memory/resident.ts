/** Measures the memory of this process after garbage collection. Needs Node's --expose-gc. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Rounds of garbage collection: what one round frees may let the next free more. */
const ROUNDS = 4;
const PAUSE_MS = 50;

export interface Resident {
  /** Resident memory as the operating system counts it, bytes. */
  rss: number;
  /** The part of it on the JavaScript heap, and (external) in buffers outside the heap. */
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
