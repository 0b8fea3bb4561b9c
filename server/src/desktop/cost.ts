/** Computes what a desktop costs, from its time and its sent bytes. */
import type { DesktopBudget, DesktopUse } from '@unicore/protocol/control';
import type { DesktopRow } from '../store/index.ts';

/** Size of a desktop: number of vCPUs, and GiB of memory. */
export const DESKTOP_CPU = 2;
export const DESKTOP_GIB = 4;

/** Prices in dollars. */
export interface Prices {
  perCpuSecond: number;
  perGibSecond: number;
  /** Price of 10^9 bytes that the desktop sends. */
  perSentGb: number;
  /** The shortest time that is billed, ms. */
  leastMs: number;
}

/** Share of a budget that is reserved for bytes that are still being sent when the desktop ends. */
const SPARE_SHARE = 0.02;
/** Time that a container needs to start and to end, ms. It is billed, too. */
const SPARE_MS = 10_000;
/** Time is billed in units of this length, ms. */
const STEP_MS = 100;
const GB = 1e9;

/** What a desktop has used, and what it costs. */
export interface Bill {
  cpuSeconds: number;
  memorySeconds: number;
  sentBytes: number;
  /** The cost in dollars. */
  cost: number;
}

export function billOf(use: DesktopUse, prices: Prices): Bill {
  const seconds = (Math.ceil(Math.max(use.ms, use.ms > 0 ? prices.leastMs : 0) / STEP_MS) * STEP_MS) / 1000;
  const cpuSeconds = seconds * DESKTOP_CPU;
  const memorySeconds = seconds * DESKTOP_GIB;
  const { sentBytes } = use;
  const cost =
    cpuSeconds * prices.perCpuSecond +
    memorySeconds * prices.perGibSecond +
    (sentBytes / GB) * prices.perSentGb;
  return { cpuSeconds, memorySeconds, sentBytes, cost };
}

/**
 * Returns the part of a container's use that the user pays for. The container may have waited in the pool before it
 * had a user.
 */
export function useOf({ pooledMs, pooledBytes }: DesktopRow, { ms, sentBytes }: DesktopUse): DesktopUse {
  return { ms: Math.max(0, ms - pooledMs), sentBytes: Math.max(0, sentBytes - pooledBytes) };
}

/** Returns the part of a budget that a desktop may use up. The rest pays for its end. */
export function usableOf(budget: number, prices: Prices): DesktopBudget {
  const perMs = (DESKTOP_CPU * prices.perCpuSecond + DESKTOP_GIB * prices.perGibSecond) / 1000;
  const dollars = Math.max(0, budget * (1 - SPARE_SHARE) - SPARE_MS * perMs);
  return { dollars, perMs, perSentByte: prices.perSentGb / GB };
}

/** Returns how long a desktop that has sent this many bytes may live with this budget, ms. */
export function lifeFor(budget: number, sentBytes: number, prices: Prices): number {
  const { dollars, perMs, perSentByte } = usableOf(budget, prices);
  const left = dollars - sentBytes * perSentByte;
  return left <= 0 ? 0 : Math.floor(left / perMs);
}

/** Returns the smallest budget that is enough to start and end a desktop. */
export function leastBudget(prices: Prices): number {
  return billOf({ ms: Math.max(2 * SPARE_MS, prices.leastMs), sentBytes: 0 }, prices).cost;
}

/** Returns the time that a desktop is billed for, ms. */
export function msOf({ cpuSeconds }: Pick<DesktopRow, 'cpuSeconds'>): number {
  return (cpuSeconds / DESKTOP_CPU) * 1000;
}
