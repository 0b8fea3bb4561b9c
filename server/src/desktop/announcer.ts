/**
 * Publishes desktops on Redis, for programs outside of UniCore. The key is `vnc:session:{user_id}`. It is only a
 * copy of what the store has, so nothing is lost if Redis is emptied.
 */
import { VncSession } from '@unicore/protocol/api';
import type { Backplane } from '../backplane/index.ts';
import { isPoolOwner } from '../cloud-run/index.ts';
import type { DesktopRow, Store } from '../store/index.ts';
import { isOver } from './lifecycle.ts';
import { type DesktopViews, sessionOf } from './view.ts';

/** The key expires after this time unless it is written again, ms. */
const EXPIRE_MS = 14_400_000;

export class Announcer {
  readonly #store: Store;
  readonly #backplane: Backplane;
  readonly #views: DesktopViews;
  readonly #socketUrl: string;

  /** socketUrl: ws(s)://host of the hubs, as outsiders reach them. */
  constructor(store: Store, backplane: Backplane, views: DesktopViews, socketUrl: string) {
    this.#store = store;
    this.#backplane = backplane;
    this.#views = views;
    this.#socketUrl = socketUrl;
  }

  /**
   * Writes or removes the key of the desktop's user. The row may be older than what another hub has announced in the
   * meantime, so the key is written again until it says what the store says. A failure of Redis is no loss, since
   * the key is written again every minute.
   */
  async announce(row: DesktopRow): Promise<void> {
    if (isPoolOwner(row.userId)) return;
    const { outside } = this.#backplane;
    const key = `vnc:session:${row.userId}`;
    let text = this.#textOf(row);
    for (let said: string | undefined | null = null; said !== text; ) {
      said = text;
      const done = text === undefined ? outside.drop(key) : outside.put(key, text, EXPIRE_MS);
      await done.catch(() => {});
      const now = await this.#store.desktop(row.userId);
      text = now && this.#textOf(now);
    }
  }

  /** What the key says of this desktop. Undefined if the desktop is over, and there is no key. */
  #textOf(row: DesktopRow): string | undefined {
    if (isOver(row.phase)) return undefined;
    return JSON.stringify(VncSession.parse(sessionOf(this.#views.one(row, this.#socketUrl))));
  }
}
