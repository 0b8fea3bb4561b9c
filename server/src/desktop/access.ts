/** Checks whether a user may open a channel to a desktop. */
import { UniCoreError } from '@unicore/protocol';
import type { DesktopAuth } from '@unicore/protocol/control';
import type { DesktopRow, Store } from '../store/index.ts';
import { isOver } from './lifecycle.ts';

/** A desktop that was given to a launcher. */
export type LaunchedDesktop = DesktopRow & { providerId: string };

export class DesktopAccess {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Returns the desktop if this user may open a channel of this kind to it. A desktop that is still starting is
   * allowed for its owner, because the channel waits for it. Throws NOT_FOUND, SESSION_ENDED or FORBIDDEN.
   */
  async authorise(
    userId: string,
    sessionId: string,
    kind: DesktopAuth['kind'],
    isGuest = false,
  ): Promise<LaunchedDesktop> {
    const row = await this.#store.desktop(userId);
    if (row?.sessionId !== sessionId) {
      const receipt = await this.#store.receipt(sessionId);
      if (receipt?.userId === userId) throw hasEnded(sessionId, receipt.reason);
      throw new UniCoreError('NOT_FOUND', `There is no desktop ${sessionId}.`);
    }
    if (isOver(row.phase) || row.phase === 'ending') throw hasEnded(sessionId, row.reason);
    if (isGuest && kind !== 'vnc') {
      throw new UniCoreError('FORBIDDEN', 'A share link shows the screen only.');
    }
    const { providerId } = row;
    if (providerId !== null) return { ...row, providerId };
    throw new UniCoreError('PROVIDER_UNREACHABLE', 'The desktop waits for a machine. Try again in a moment.');
  }
}

function hasEnded(sessionId: string, reason: string | null): UniCoreError {
  return new UniCoreError(
    'SESSION_ENDED',
    `The desktop ${sessionId} has ended${reason === null ? '.' : `: ${reason}`} Create a new one.`,
  );
}
