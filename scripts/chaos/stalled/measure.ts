/**
 * Part of the chaos run in which viewers of a terminal stop reading: measures, in one period of the run, the
 * data rate of a viewer that reads, the keystroke latency, and the hub's memory.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../../lib/stats.ts';

/** Interval between two measurements of the hub's memory, ms. */
const LOOK_MS = 200;

export interface Measured {
  /** Data rate of the viewer that never stops reading, bytes per second. */
  readonly rate: number;
  /** Time from a keystroke to its echo in another terminal than the one with bulk data, ms. */
  readonly p50: number;
  readonly p99: number;
  /** Largest resident memory of the hub's process in this period, bytes. */
  readonly memory: number;
}

export interface Subjects {
  readonly hub: number;
  received(): Promise<number>;
  type(ms: number): Promise<number[]>;
}

export async function measure({ hub, received, type }: Subjects, ms: number): Promise<Measured> {
  const before = await received();
  const began = performance.now();
  let memory = 0;
  let over = false;
  const watching = (async () => {
    while (!over) {
      memory = Math.max(memory, residentBytes(hub));
      await sleep(LOOK_MS);
    }
  })();
  const latencies = await type(ms);
  over = true;
  await watching;
  const rate = ((await received()) - before) / ((performance.now() - began) / 1000);
  return { rate, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99), memory };
}

/** Returns the resident memory of a process in bytes, read from Linux's /proc. */
function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
}
