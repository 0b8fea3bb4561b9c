/** Chooses the place of Cloud Run in which a desktop starts. */
import type { Clock } from '@unicore/protocol';
import { type Place, placeName, placeWithRoom, slotOf } from '../cloud-run/index.ts';
import type { Store } from '../store/index.ts';
import { isLaunched } from './lifecycle.ts';

/** If Cloud Run has said that a place is full, the place is not used for this time, ms. */
const FULL_MS = 30_000;

export interface CloudPlacesDeps {
  places: readonly Place[];
  store: Store;
  clock: Clock;
  /** Number of desktops in each place that are started in advance and wait for a user. */
  pool: number;
}

export class CloudPlaces {
  readonly #deps: CloudPlacesDeps;
  /** For each full place: the time until which it counts as full, by the clock. */
  readonly #full = new Map<string, number>();

  constructor(deps: CloudPlacesDeps) {
    this.#deps = deps;
  }

  /** The number of desktops that wait for a user, in all places together. */
  get pool(): number {
    return this.#deps.places.length * this.#deps.pool;
  }

  /**
   * Returns the name of the first place that has room for this user or pool owner. Returns undefined if all are
   * full.
   */
  async choose(userId: string): Promise<string | undefined> {
    const { store, clock, pool } = this.#deps;
    const slot = slotOf(userId);
    // A desktop of the pool belongs to a certain place.
    const places = this.#deps.places.filter(
      (_, index) => slot === undefined || index === Math.floor(slot / pool),
    );
    const used = new Map<string, number>();
    for (const { launcher, place, phase } of await store.desktops()) {
      if (launcher !== 'cloud-run' || place === null || !isLaunched(phase)) continue;
      used.set(place, (used.get(place) ?? 0) + 1);
    }
    const open = places.filter((place) => (this.#full.get(placeName(place)) ?? 0) <= clock.now());
    const place = placeWithRoom(open, used);
    return place && placeName(place);
  }

  /** Called when Cloud Run has refused a desktop in this place because it is full. */
  full(name: string): void {
    this.#full.set(name, this.#deps.clock.now() + FULL_MS);
  }

  /** Returns all configured places, and other places in which desktops still exist. */
  async all(): Promise<Place[]> {
    const { places, store } = this.#deps;
    const names = new Set(places.map(placeName));
    for (const { launcher, place } of await store.desktops()) {
      if (launcher === 'cloud-run' && place !== null) names.add(place);
    }
    return [...names].map(placeNamed);
  }
}

/** Returns the place of a row. It may be a place that is not configured any more. */
export function placeNamed(name: string): Place {
  const [project = '', region = ''] = name.split('/');
  return { project, region, quota: 0 };
}
