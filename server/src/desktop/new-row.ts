/** Makes the row of a new desktop, which has no launcher yet. */
import { newId } from '../auth/index.ts';
import type { DesktopRow } from '../store/index.ts';

export type NewDesktop = Pick<
  DesktopRow,
  'userId' | 'opId' | 'launcher' | 'image' | 'scale' | 'createdAt' | 'lifeMs' | 'budget'
>;

export function newRow(wish: NewDesktop): DesktopRow {
  return {
    ...wish,
    rev: 0,
    sessionId: newId('ds'),
    attempt: 1,
    phase: 'reserved',
    phaseAt: wish.createdAt,
    code: null,
    reason: null,
    place: null,
    providerId: null,
    jobName: `vnc-${wish.userId}-${wish.createdAt}`,
    isolation: null,
    startedAt: null,
    endedAt: null,
    cpuSeconds: 0,
    memorySeconds: 0,
    sentBytes: 0,
    cost: 0,
    viewerToken: null,
    heardAt: null,
    pooledMs: 0,
    pooledBytes: 0,
  };
}

/**
 * Returns the user's row for a desktop from the pool. The user does not pay for the time and bytes before
 * `createdAt`.
 */
export function handedOver(wish: NewDesktop, member: DesktopRow): DesktopRow {
  const { sessionId, attempt, place, providerId, jobName, isolation, startedAt, sentBytes } = member;
  const { createdAt: at } = wish;
  return {
    ...newRow(wish),
    sessionId,
    attempt,
    place,
    providerId,
    jobName,
    isolation,
    phase: 'running',
    startedAt: at,
    pooledMs: Math.max(0, at - (startedAt ?? at)),
    pooledBytes: sentBytes,
  };
}
