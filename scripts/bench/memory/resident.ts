/** What a process holds when it has collected its garbage. For processes that were started with --expose-gc. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Collected more than once: what one round frees may let go of more. */
const ROUNDS = 4;
const PAUSE_MS = 50;

export interface Resident {
  /** Bytes of memory, as the system counts them. */
  rss: number;
  /** Of these on the JavaScript heap, and in buffers and the like outside of it. */
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
