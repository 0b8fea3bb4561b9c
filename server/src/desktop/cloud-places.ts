/** Chooses the place of Cloud Run in which a desktop starts. */
import type { Clock } from '@unicore/protocol';
import { type Place, placeName, placeWithRoom, slotOf } from '../cloud-run/index.ts';
import type { Store } from '../store/index.ts';
import { isLaunched } from './lifecycle.ts';

/** A place that Cloud Run has called full is not chosen for this time, ms. */
const FULL_MS = 30_000;

export interface CloudPlacesDeps {
  places: readonly Place[];
  store: Store;
  clock: Clock;
  /** Number of desktops in each place that wait for a user. */
  pool: number;
}

export class CloudPlaces {
  readonly #deps: CloudPlacesDeps;
  /** Until when a place counts as full, by the clock. */
  readonly #full = new Map<string, number>();

  constructor(deps: CloudPlacesDeps) {
    this.#deps = deps;
  }

  /** The number of desktops that wait for a user, in all places. */
  get pool(): number {
    return this.#deps.places.length * this.#deps.pool;
  }

  /** Returns the name of the first place with room for this user or owner, or undefined if all are full. */
  async choose(userId: string): Promise<string | undefined> {
    const { store, clock, pool } = this.#deps;
    const slot = slotOf(userId);
    // A desktop of the pool belongs to one place.
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

  /** Called when Cloud Run has refused a desktop in this place for want of room. */
  full(name: string): void {
    this.#full.set(name, this.#deps.clock.now() + FULL_MS);
  }

  /** Returns all places of the configuration, and those where desktops still live. */
  async all(): Promise<Place[]> {
    const { places, store } = this.#deps;
    const names = new Set(places.map(placeName));
    for (const { launcher, place } of await store.desktops()) {
      if (launcher === 'cloud-run' && place !== null) names.add(place);
    }
    return [...names].map(placeNamed);
  }
}

/** Returns the place of a row. A desktop may live in a place that is not configured any more. */
export function placeNamed(name: string): Place {
  const [project = '', region = ''] = name.split('/');
  return { project, region, quota: 0 };
}
