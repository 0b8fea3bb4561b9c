/** The memory that a process uses after garbage collection. The process must be started with --expose-gc. */
import { setTimeout as sleep } from 'node:timers/promises';

/** One collection can make more objects collectable, so there are several rounds. */
const ROUNDS = 4;
const PAUSE_MS = 50;

export interface Resident {
  /** Resident size of the process, bytes. */
  rss: number;
  /** Bytes on the JavaScript heap, and in buffers and other objects outside of it. */
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
