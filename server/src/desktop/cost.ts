/** Computes what a desktop costs. */
import type { DesktopUse } from '@unicore/protocol/control';
import type { DesktopRow } from '../store/index.ts';

/** Size of a desktop: vCPU and GiB of memory. */
export const DESKTOP_CPU = 2;
export const DESKTOP_GIB = 4;

/** Prices in dollars. */
export interface Prices {
  perCpuSecond: number;
  perGibSecond: number;
  /** Per 10^9 bytes that the desktop sends. */
  perSentGb: number;
  /** The shortest time that is paid for, ms. */
  leastMs: number;
}

/** Time is paid for in steps of this length, ms. */
const STEP_MS = 100;
const GB = 1e9;

/** What a desktop has used, and its price. */
export interface Bill {
  cpuSeconds: number;
  memorySeconds: number;
  sentBytes: number;
  /** Dollars. */
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

/** Returns the user's part of what a container has used. Before, it may have waited in the pool. */
export function useOf({ pooledMs, pooledBytes }: DesktopRow, { ms, sentBytes }: DesktopUse): DesktopUse {
  return { ms: Math.max(0, ms - pooledMs), sentBytes: Math.max(0, sentBytes - pooledBytes) };
}

/** Returns how long a desktop that sends nothing may live for this money, ms. */
export function msFor(dollars: number, prices: Prices): number {
  const perSecond = DESKTOP_CPU * prices.perCpuSecond + DESKTOP_GIB * prices.perGibSecond;
  return Math.floor((dollars / perSecond) * 1000);
}

/** Returns the time that a desktop has been billed for, ms. */
export function msOf({ cpuSeconds }: Pick<DesktopRow, 'cpuSeconds'>): number {
  return (cpuSeconds / DESKTOP_CPU) * 1000;
}
