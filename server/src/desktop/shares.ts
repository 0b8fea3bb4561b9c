/**
 * Share links. Anybody with such a link may watch the desktop until it ends or its owner stops sharing. The store
 * has only a hash of the link's token, so the link cannot be shown again. A new link replaces the old one.
 */
import { timingSafeEqual } from 'node:crypto';
import { UniCoreError } from '@unicore/protocol';
import type { VncGuest, VncGuestPass } from '@unicore/protocol/api';
import type { z } from 'zod';
import { hashOf, newSecret, type Tickets } from '../auth/index.ts';
import type { DesktopRow, Store } from '../store/index.ts';
import { guestIdOf } from './guest-id.ts';
import { isOver } from './lifecycle.ts';
import { type DesktopWriter, keyOf } from './writer.ts';

export interface DesktopSharesDeps {
  store: Store;
  writer: DesktopWriter;
  tickets: Tickets;
  /** Returns the user's desktop. Throws NOT_FOUND or SESSION_ENDED. */
  own(userId: string, sessionId: string): Promise<DesktopRow>;
  /** Disconnects everybody with this session, at all hubs, and makes the session's tickets invalid. */
  endSession(sessionId: string): Promise<void>;
  /** Returns the wall clock, ms since 1970. */
  now: () => number;
}

export class DesktopShares {
  readonly #deps: DesktopSharesDeps;

  constructor(deps: DesktopSharesDeps) {
    this.#deps = deps;
  }

  /** Makes a link, and replaces an earlier one. pageUrl: http(s)://host of this hub. Throws SESSION_ENDED. */
  async share(userId: string, sessionId: string, pageUrl: string): Promise<{ url: string }> {
    const token = newSecret();
    const hash = hashOf(token);
    const row = await this.#replace(userId, sessionId, hash);
    if (row.phase === 'ending' || row.viewerToken !== hash) throw ended(sessionId);
    return { url: `${pageUrl}/desktop/shared#${sessionId}.${token}` };
  }

  /** Ends the link, and disconnects its guests. Does nothing if there is no link. */
  unshare(userId: string, sessionId: string): Promise<DesktopRow> {
    return this.#replace(userId, sessionId, null);
  }

  /** Exchanges the token of a link for a ticket. socketUrl: ws(s)://host. Throws UNAUTHENTICATED or SESSION_ENDED. */
  async enter(
    { sessionId, token }: z.output<typeof VncGuest>,
    socketUrl: string,
  ): Promise<z.output<typeof VncGuestPass>> {
    const { store, tickets } = this.#deps;
    const row = await store.desktopOf(sessionId);
    const hash = hashOf(token);
    if (!row || !isSame(hash, row.viewerToken)) throw linkInvalid();
    const { phase, attempt } = row;
    if (phase === 'ending' || isOver(phase)) throw ended(sessionId);
    const guestId = guestIdOf(hash);
    const { ticket, expiresAt } = await tickets.issue({
      userId: guestId,
      sessionId: guestId,
      kind: 'vnc',
      desktopId: sessionId,
      attempt,
      viewOnly: true,
      guest: true,
    });
    return { url: `${socketUrl}/vnc/${sessionId}?ticket=${ticket}`, ticket, expiresAt, phase };
  }

  async #replace(userId: string, sessionId: string, hash: string | null): Promise<DesktopRow> {
    const { store, writer, own, endSession, now } = this.#deps;
    let old: string | null = null;
    const row = await writer.update(keyOf(await own(userId, sessionId)), ({ viewerToken, phase }) => {
      old = viewerToken;
      return hash !== null && phase === 'ending' ? {} : { viewerToken: hash };
    });
    if (row.viewerToken === old) return row;
    // The row has changed already, so guests are refused from now on, and none can connect again after this.
    if (old !== null) await endSession(guestIdOf(old));
    const event = hash === null ? 'desktop.unshare' : 'desktop.share';
    await store.audit({ at: now(), event, userId, subject: sessionId, detail: null });
    return row;
  }
}

function isSame(hash: string, known: string | null): boolean {
  if (known === null || known.length !== hash.length) return false;
  return timingSafeEqual(Buffer.from(hash), Buffer.from(known));
}

function linkInvalid(): UniCoreError {
  return new UniCoreError(
    'UNAUTHENTICATED',
    'This link is wrong, or its owner has stopped sharing. Ask for a new link.',
  );
}

function ended(sessionId: string): UniCoreError {
  return new UniCoreError('SESSION_ENDED', `The desktop ${sessionId} has ended.`);
}
