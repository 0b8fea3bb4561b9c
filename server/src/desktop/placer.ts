/**
 * Finds a machine for a desktop. If places on Cloud Run are configured, all users get their desktops there.
 * Otherwise only the hub's owner gets desktops, on agents that offer them: the machines of agents are not safe
 * enough for desktops of other users.
 */
import { UniCoreError } from '@unicore/protocol';
import type { Launcher } from '@unicore/protocol/control';
import { isPoolOwner, jobNameOf } from '../cloud-run/index.ts';
import type { Presence } from '../provider/index.ts';
import type { DesktopRow, Store } from '../store/index.ts';
import type { CloudPlaces } from './cloud-places.ts';
import { providerIdOf } from './provider-id.ts';
import { type DesktopWriter, keyOf } from './writer.ts';

/** A desktop that finds no machine within this time fails, ms. */
const MOST_WAIT_MS = 10 * 60_000;
/** Maximum number of connected providers that are checked. */
const LOOK_AT = 100;

export interface DesktopPlacerDeps {
  store: Store;
  presence: Presence;
  writer: DesktopWriter;
  /** The places on Cloud Run. Undefined if no desktops run there. */
  places: CloudPlaces | undefined;
  /** Returns the wall clock, ms since 1970. */
  now: () => number;
}

export class DesktopPlacer {
  readonly #deps: DesktopPlacerDeps;
  /**
   * Resolves when the latest desktop was placed. Desktops are placed one after the other, so that each is counted
   * before the next, and this hub does not exceed the quotas.
   */
  #last: Promise<unknown> = Promise.resolve();

  constructor(deps: DesktopPlacerDeps) {
    this.#deps = deps;
  }

  /**
   * Returns the kind of launcher for this user's desktop. Throws NO_CAPACITY if the user may not have a desktop on
   * this hub.
   */
  async launcherFor(userId: string): Promise<Launcher> {
    if (this.#deps.places) return 'cloud-run';
    const user = await this.#deps.store.user(userId);
    if (user?.role === 'owner') return (await this.#machine())?.launcher ?? 'docker';
    throw new UniCoreError(
      'NO_CAPACITY',
      'This hub gives desktops to its owner only. Its operator can add Cloud Run to give them to everybody.',
    );
  }

  /** Assigns a machine to a reserved or waiting desktop. If there is none, the desktop waits, and its row says why. */
  place(row: DesktopRow): Promise<DesktopRow> {
    const placed = this.#last.then(() => this.#place(row));
    this.#last = placed.catch(() => {});
    return placed;
  }

  /** Looks for a machine for each waiting desktop. Desktops of users come before those of the pool. */
  async placeWaiting(): Promise<void> {
    const rows = await this.#deps.store.desktops();
    const waiting = rows.filter(({ phase }) => phase === 'reserved' || phase === 'waiting');
    const isPooled = (row: DesktopRow) => Number(isPoolOwner(row.userId));
    for (const row of waiting.sort((a, b) => isPooled(a) - isPooled(b))) await this.place(row);
  }

  async #place(row: DesktopRow): Promise<DesktopRow> {
    const { writer, places, now } = this.#deps;
    const target = places ? await cloudTarget(row, places) : await this.#machine();
    const none = places ? ALL_FULL : NONE;
    if (target) {
      const patch = { ...target, code: null, reason: null };
      return (await writer.apply(keyOf(row), 'launch', () => patch)).row;
    }
    if (now() - row.createdAt > MOST_WAIT_MS) {
      const code = 'NO_CAPACITY';
      const reason = `${none} It waited ${MOST_WAIT_MS / 60_000} minutes.`;
      return (await writer.apply(keyOf(row), 'giveUp', () => ({ code, reason }))).row;
    }
    return (await writer.apply(keyOf(row), 'wait', () => ({ code: null, reason: none }))).row;
  }

  async #machine(): Promise<{ providerId: string; launcher: Launcher } | undefined> {
    for (const [providerId, { desktops }] of await this.#deps.presence.some(LOOK_AT)) {
      if (desktops !== null) return { providerId, launcher: desktops };
    }
    return undefined;
  }
}

/** Chooses a place on Cloud Run. All later requests to Cloud Run are made from the fields that this returns. */
async function cloudTarget(row: DesktopRow, places: CloudPlaces): Promise<Partial<DesktopRow> | undefined> {
  const place = await places.choose(row.userId);
  if (place === undefined) return undefined;
  return { launcher: 'cloud-run', place, providerId: providerIdOf(row), jobName: jobNameOf(row) };
}

const NONE =
  'No connected machine offers desktops now. Start the agent of the hub’s machine, with --desktops.';
const ALL_FULL = 'All places for desktops are full. This desktop starts as soon as another one ends.';
