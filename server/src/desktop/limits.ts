/** How long a desktop may live, and on what conditions. */
import type { DesktopOrder } from '@unicore/protocol/control';
import { isPoolOwner } from '../cloud-run/index.ts';
import type { DesktopRow } from '../store/index.ts';

/** Settings that are the same for all desktops. */
export interface DesktopLimits {
  idleMs: number;
  bootMs: number;
  /** Whether a machine that refuses Chromium's own sandbox may run it. Default: required. */
  sandbox?: DesktopOrder['sandbox'];
}

/** The longest life of a member of the pool, ms. */
export const POOL_LIFE_MS = 60 * 60_000;
/** Time that a container may take beyond the longest life, to start and to end, ms. */
const SPARE_MS = 5 * 60_000;

/**
 * Returns the time limit that Cloud Run itself sets to a desktop's task, ms. mostMs: the longest life of a user's
 * desktop. Before that, its container may wait in the pool.
 */
export function taskMs({ userId, pooledMs }: DesktopRow, mostMs: number): number {
  const waitMs = isPoolOwner(userId) || pooledMs > 0 ? POOL_LIFE_MS : 0;
  return waitMs + mostMs + SPARE_MS;
}
