/** Part of the fuzz run: measures how much memory this process uses after garbage collection. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface Memory {
  /** Resident memory of the process, bytes. */
  resident: number;
  /** Memory of all objects and buffers that are still reachable, bytes. */
  live: number;
}

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

export function settledMemory(): Memory {
  collect();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss, live: heapUsed + external };
}
