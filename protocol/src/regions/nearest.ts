/**
 * Chooses the hub to connect to. It prefers the hub with the shortest round trip, and uses another hub while
 * that hub does not answer. It does no I/O, because the caller passes in the function that measures. If only
 * one hub is known, it measures nothing.
 */
import { Backoff, type Clock } from '../time/index.ts';
import type { ErrorCode } from '../wire/index.ts';
import { type HubPlace, MAX_PLACES, placesIn } from './hub-place.ts';

/**
 * A client moves to another hub only if the round trip gets shorter by at least this share (0 to 1), and by
 * at least MARGIN_MS. A smaller gain is not worth the new socket and the round trip for each channel.
 */
const MARGIN = 0.25;
const MARGIN_MS = 10;
/**
 * Number of failed connection attempts in a row after which a client avoids a hub. A single restart of the
 * hub is no reason to use a distant hub.
 */
const TRIES = 2;
/**
 * Pauses between two measurements of the hubs, ms. Long pauses are enough. Round trips change when a user
 * travels, but then the connection mostly ends, too, and the hubs are measured again.
 */
const LOOK = { first: 60_000, most: 60 * 60_000 };
/**
 * After a reconnect, the client measures the hubs again at a random time within this many ms. Many clients
 * may have lost the same hub, and should not all measure at once.
 */
const SOON_MS = 5_000;
export interface HubDistance extends HubPlace {
  /**
   * Round trip between the client and this hub, ms; null if it was not measured or the hub did not answer.
   */
  ms: number | null;
}

export interface NearestOptions {
  /**
   * URL of the hub that the user configured. The client may always choose this hub, even if no hub lists it.
   */
  home: string;
  /**
   * Hubs that are known from an earlier run, the nearest first. The list may include the configured hub
   * (`home`).
   */
  known?: readonly HubPlace[];
  clock: Clock;
  /** A random number, uniform in [0, 1). */
  random: () => number;
  /** Resolves with the round trip to this hub, ms. Rejects if the hub does not answer. */
  probe(url: string): Promise<number>;
  /**
   * True if a hub may send its clients to this URL. For example, only URLs in the same domain are trusted.
   */
  trusted(url: string): boolean;
  /**
   * Returns true while the user does not look at the page, for example because its tab is hidden.
   * Measurements of the hubs are then postponed, because the user would not notice a faster hub.
   */
  unwatched?(): boolean;
  /** Called when the known hubs or their round trips have changed. */
  changed?(places: readonly HubDistance[]): void;
}

export class Nearest {
  readonly #options: NearestOptions;
  readonly #pauses: Backoff;
  #places: HubDistance[] = [];
  #choice: string;
  /** Number of failed connection attempts in a row for each hub. The key is the hub's URL. */
  readonly #failures = new Map<string, number>();
  #moved = () => {};
  #lost = false;
  #looked = false;
  #looking = false;
  #closed = false;
  #cancel = () => {};

  constructor(options: NearestOptions) {
    const { home, known = [], random } = options;
    this.#options = options;
    this.#pauses = new Backoff({ ...LOOK, random });
    this.#places = this.#with(known);
    this.#choice = known.find(({ url }) => url === home || options.trusted(url))?.url ?? home;
  }

  /** Returns an object that always chooses the hub `home` and ignores the hubs that WELCOME frames list. */
  static only(home: string, clock: Clock): Nearest {
    const probe = () => Promise.reject(new Error('there is nothing to choose'));
    return new Nearest({ home, clock, random: () => 0, probe, trusted: () => false });
  }

  /** The URL of the hub to connect to next. */
  get url(): string {
    const tired = (url: string) => (this.#failures.get(url) ?? 0) >= TRIES;
    if (!tired(this.#choice)) return this.#choice;
    return this.places.find(({ url }) => !tired(url))?.url ?? this.#choice;
  }

  /** All known hubs, the nearest first. */
  get places(): readonly HubDistance[] {
    return [...this.#places].sort(
      (a, b) => (a.ms ?? Number.POSITIVE_INFINITY) - (b.ms ?? Number.POSITIVE_INFINITY) || 0,
    );
  }

  /**
   * `moved` is called when another hub is clearly nearer than the hub in use. The caller should connect to
   * the new hub first, and then leave the old hub.
   */
  start(moved: () => void): void {
    this.#moved = moved;
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  /** Call this method when a connection to this hub is up. welcome: the metadata of the WELCOME frame. */
  up(url: string, welcome: unknown): void {
    this.#failures.clear();
    this.#choice = url;
    const told = placesIn(welcome);
    if (told.length > 0) this.#learn(told);
    const again = this.#lost;
    this.#lost = false;
    if (this.#places.length < 2) return;
    if (!this.#looked) this.#lookIn(0);
    else if (again) this.#lookIn(this.#options.random() * SOON_MS);
  }

  /** Call this method when the connection is lost. */
  lost(): void {
    this.#lost = true;
    this.#pauses.reset();
  }

  /** Call this method when an attempt to connect has failed. */
  failed(url: string, code: ErrorCode): void {
    // A connection attempt that timed out has already taken much time. So a hub is avoided after only one
    // timeout.
    this.#failures.set(url, code === 'TIMEOUT' ? TRIES : (this.#failures.get(url) ?? 0) + 1);
    if (this.#places.every((place) => (this.#failures.get(place.url) ?? 0) >= TRIES)) this.#failures.clear();
  }

  #learn(told: readonly HubPlace[]): void {
    const before = this.#places;
    this.#places = this.#with(told);
    const added = this.#places.some(({ url }) => !before.some((place) => place.url === url));
    if (added) this.#looked = false;
    if (added || before.length !== this.#places.length) this.#options.changed?.(this.places);
  }

  /**
   * Returns the configured hub (`home`) and the trusted hubs of the list `told`, with the round trips that
   * are known.
   */
  #with(told: readonly HubPlace[]): HubDistance[] {
    const { home, trusted } = this.#options;
    const byUrl = new Map<string, HubPlace>([[home, { region: null, url: home }]]);
    for (const place of told) if (place.url === home || trusted(place.url)) byUrl.set(place.url, place);
    const known = new Map(this.#places.map(({ url, ms }) => [url, ms]));
    return [...byUrl.values()]
      .slice(0, MAX_PLACES)
      .map((place) => ({ ...place, ms: known.get(place.url) ?? null }));
  }

  #lookIn(ms: number): void {
    this.#cancel();
    this.#cancel = this.#options.clock.after(ms, () => void this.#look());
  }

  async #look(): Promise<void> {
    const { probe, unwatched, changed } = this.#options;
    if (this.#looking) return;
    if (!unwatched?.()) {
      this.#looking = true;
      const measure = ({ url }: HubPlace) =>
        probe(url).then(
          (ms) => [url, ms] as const,
          () => [url, null] as const,
        );
      const measured = new Map(await Promise.all(this.#places.map(measure)));
      this.#looking = false;
      this.#looked = true;
      if (this.#closed) return;
      this.#places = this.#places.map((place) => ({ ...place, ms: measured.get(place.url) ?? null }));
      changed?.(this.places);
      this.#choose();
    }
    this.#lookIn(this.#pauses.next());
  }

  /** Moves to a hub that is clearly nearer. While there is no connection, the choice does not change. */
  #choose(): void {
    const used = this.#places.find(({ url }) => url === this.#choice);
    const best = this.places[0];
    // A hub that is in use is kept until its connection is lost, even if its round trip cannot be measured.
    if (this.#lost || used === undefined || used.ms === null || best === undefined || best.ms === null)
      return;
    const saved = used.ms - best.ms;
    if (saved < MARGIN_MS || saved < used.ms * MARGIN) return;
    this.#choice = best.url;
    this.#failures.delete(best.url);
    this.#moved();
  }
}
