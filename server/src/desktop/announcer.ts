/**
 * Publishes desktops on Redis, for programs outside of UniCore. The key is `vnc:session:{user_id}`. It is only a
 * copy of what the store has, so nothing is lost if Redis is emptied.
 */
import { VncSession } from '@unicore/protocol/api';
import type { Backplane } from '../backplane/index.ts';
import { isPoolOwner } from '../cloud-run/index.ts';
import type { DesktopRow } from '../store/index.ts';
import { isOver } from './lifecycle.ts';
import { type DesktopViews, sessionOf } from './view.ts';

/** The key expires after this time unless it is written again, ms. */
const EXPIRE_MS = 14_400_000;

export class Announcer {
  readonly #backplane: Backplane;
  readonly #views: DesktopViews;
  readonly #socketUrl: string;

  /** socketUrl: ws(s)://host of the hubs, as programs outside reach them. */
  constructor(backplane: Backplane, views: DesktopViews, socketUrl: string) {
    this.#backplane = backplane;
    this.#views = views;
    this.#socketUrl = socketUrl;
  }

  /**
   * Writes the key of the desktop's user, or removes it if the desktop is over. Errors are ignored, because the key
   * is written again within a minute.
   */
  async announce(row: DesktopRow): Promise<void> {
    if (isPoolOwner(row.userId)) return;
    const { outside } = this.#backplane;
    const key = `vnc:session:${row.userId}`;
    const session = VncSession.parse(sessionOf(this.#views.one(row, this.#socketUrl)));
    const done = isOver(row.phase) ? outside.drop(key) : outside.put(key, JSON.stringify(session), EXPIRE_MS);
    await done.catch(() => {});
  }
}
