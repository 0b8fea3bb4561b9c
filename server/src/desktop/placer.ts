/**
 * Finds a machine for a desktop. Until providers can host strangers, only the hub's owner gets desktops from
 * agents, and only from agents whose owner has allowed it.
 */
import { UniCoreError } from '@unicore/protocol';
import type { Launcher } from '@unicore/protocol/control';
import type { Presence } from '../provider/index.ts';
import type { DesktopRow, Store } from '../store/index.ts';
import { type DesktopWriter, keyOf } from './writer.ts';

/** A desktop that waits longer than this for a machine has failed, ms. */
const MOST_WAIT_MS = 10 * 60_000;
/** How many connected providers are looked at. */
const LOOK_AT = 100;

export interface DesktopPlacerDeps {
  store: Store;
  presence: Presence;
  writer: DesktopWriter;
  /** Milliseconds since 1970. */
  now: () => number;
}

export class DesktopPlacer {
  readonly #deps: DesktopPlacerDeps;

  constructor(deps: DesktopPlacerDeps) {
    this.#deps = deps;
  }

  /** Returns how this user's desktop would be started. Throws NO_CAPACITY if the user may have none here. */
  async launcherFor(userId: string): Promise<Launcher> {
    const user = await this.#deps.store.user(userId);
    if (user?.role === 'owner') return (await this.#machine())?.launcher ?? 'docker';
    throw new UniCoreError(
      'NO_CAPACITY',
      'This hub gives desktops to its owner only. Its operator can add Cloud Run to give them to everybody.',
    );
  }

  /** Gives a reserved or waiting desktop to a machine, or lets it wait and says why. */
  async place(row: DesktopRow): Promise<DesktopRow> {
    const { writer, now } = this.#deps;
    const machine = await this.#machine();
    if (machine) return (await writer.apply(keyOf(row), 'launch', () => ({ ...machine, reason: null }))).row;
    if (now() - row.createdAt > MOST_WAIT_MS) {
      const code = 'NO_CAPACITY';
      const reason = `${NONE} It waited ${MOST_WAIT_MS / 60_000} minutes.`;
      return (await writer.apply(keyOf(row), 'failed', () => ({ code, reason }))).row;
    }
    return (await writer.apply(keyOf(row), 'wait', () => ({ reason: NONE }))).row;
  }

  /** Looks for a machine for each desktop that waits. */
  async placeWaiting(): Promise<void> {
    for (const row of await this.#deps.store.desktops()) {
      if (row.phase === 'reserved' || row.phase === 'waiting') await this.place(row);
    }
  }

  async #machine(): Promise<{ providerId: string; launcher: Launcher } | undefined> {
    for (const [providerId, { desktops }] of await this.#deps.presence.some(LOOK_AT)) {
      if (desktops !== null) return { providerId, launcher: desktops };
    }
    return undefined;
  }
}

const NONE =
  'No connected machine offers desktops now. Start the agent of the hub’s machine, with --desktops.';
