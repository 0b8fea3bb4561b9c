/**
 * Faults of a process or a line. Each function settles when its fault is undone; channels may still be resuming then.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LineProxy } from '@unicore/server/testing';
import type { Program } from '../../testing/processes/program.ts';

/** One-way delay of a line while it is slow, ms. */
const SLOW_MS = 100;
/** How long a killed hop stays away, ms: from `low` to `high` with the probability `share`, otherwise not at all. */
export const AWAY = { low: 1, high: 3_000, share: 0.3 };
/** How long a hop stays frozen, stalled or slow, ms: from `low` to `high`. */
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
