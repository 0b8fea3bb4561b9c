/**
 * Part of the chaos runs: causes faults of a process or of a network line. The promise of each function
 * resolves when the process or line works again. At that time, channels may still be resuming.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LineProxy } from '@unicore/server/testing';
import type { Program } from '../../testing/processes/program.ts';

/** One-way delay of a network line while the line is slow, ms. */
const SLOW_MS = 100;
/**
 * How long a killed process or a cut network line stays unavailable. With the probability `share` the time is
 * from `low` to `high` ms. Otherwise the time is 0.
 */
export const AWAY = { low: 1, high: 3_000, share: 0.3 };
/** How long a process stays frozen, or a network line stays stalled or slow: from `low` to `high` ms. */
export const HELD = { low: 50, high: 2_000 };

export async function killed(program: Program, ms: number): Promise<void> {
  await program.kill();
  await sleep(ms);
  await program.start();
}

export async function cut(lines: readonly LineProxy[], ms: number): Promise<void> {
  if (ms > 0) for (const line of lines) line.refuse();
  for (const line of lines) line.cut();
  if (ms === 0) return;
  await sleep(ms);
  await Promise.all(lines.map((line) => line.allow()));
}

export async function frozen(program: Program, ms: number): Promise<void> {
  program.freeze();
  await sleep(ms);
  program.thaw();
}

export async function stalled(lines: readonly LineProxy[], ms: number): Promise<void> {
  for (const line of lines) line.stall();
  await sleep(ms);
  for (const line of lines) line.flow();
}

export async function slow(lines: readonly LineProxy[], ms: number): Promise<void> {
  for (const line of lines) line.delayMs = SLOW_MS;
  await sleep(ms);
  for (const line of lines) line.delayMs = 0;
}
