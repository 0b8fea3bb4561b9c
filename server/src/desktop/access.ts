/** Checks whether a user may open a channel to a desktop. */
import { UniCoreError } from '@unicore/protocol';
import type { DesktopAuth } from '@unicore/protocol/control';
import type { DesktopRow, Store } from '../store/index.ts';
import { guestIdOf } from './guest-id.ts';
import { isOver } from './lifecycle.ts';

/** A desktop that was given to a launcher. */
export type LaunchedDesktop = DesktopRow & { providerId: string };

export class DesktopAccess {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Returns the desktop if this user may open channels to it. A desktop that is still starting is allowed, too: the
   * channel then waits for it. Throws NOT_FOUND or SESSION_ENDED.
   */
  async authorise(userId: string, sessionId: string): Promise<LaunchedDesktop> {
    const row = await this.#store.desktop(userId);
    if (row?.sessionId !== sessionId) {
      const receipt = await this.#store.receipt(sessionId);
      if (receipt?.userId === userId) throw hasEnded(sessionId, receipt.reason);
      throw new UniCoreError('NOT_FOUND', `There is no desktop ${sessionId}.`);
    }
    return requireLaunched(row, row.reason);
  }

  /**
   * Checks the same for a guest, who watches by a share link. Guests do not learn why a desktop has ended. Throws
   * UNAUTHENTICATED if the link is not valid any more, and SESSION_ENDED or FORBIDDEN.
   */
  async authoriseGuest(
    guestId: string,
    sessionId: string,
    kind: DesktopAuth['kind'],
  ): Promise<LaunchedDesktop> {
    if (kind !== 'vnc') throw new UniCoreError('FORBIDDEN', 'A share link shows the screen only.');
    const row = await this.#store.desktopOf(sessionId);
    const isShared = typeof row?.viewerToken === 'string' && guestIdOf(row.viewerToken) === guestId;
    if (isShared) return requireLaunched(row, null);
    throw new UniCoreError('UNAUTHENTICATED', 'The link is not valid any more. Ask for a new one.');
  }
}

function requireLaunched(row: DesktopRow, reason: string | null): LaunchedDesktop {
  const { providerId, sessionId, phase } = row;
  if (isOver(phase) || phase === 'ending') throw hasEnded(sessionId, reason);
  if (providerId !== null) return { ...row, providerId };
  throw new UniCoreError('PROVIDER_UNREACHABLE', 'The desktop waits for a machine. Try again in a moment.');
}

function hasEnded(sessionId: string, reason: string | null): UniCoreError {
  return new UniCoreError(
    'SESSION_ENDED',
    `The desktop ${sessionId} has ended${reason === null ? '.' : `: ${reason}`} Create a new one.`,
  );
}
