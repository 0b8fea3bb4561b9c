/**
 * Which of a deployment's hubs to dial: the nearest by measured round trip, and another one while that does not answer. No
 * I/O: how one is measured is handed in. Where only one hub is known it measures nothing.
 */
import { Backoff, type Clock } from '../time/index.ts';
import type { ErrorCode } from '../wire/index.ts';
import { type HubPlace, MAX_PLACES, placesIn } from './hub-place.ts';

/** A move is a new socket and a round trip for each channel: it must save this share of the round trip, and so many ms. */
const MARGIN = 0.25;
const MARGIN_MS = 10;
/** Tries in a row that fail before another hub is tried: one restart is no reason to go far. */
const TRIES = 2;
/** Pauses between looks: distances change when somebody travels, which mostly ends the line. */
const LOOK = { first: 60_000, most: 60 * 60_000 };
/** After a line was lost, within so many ms: not everybody who lost the same hub at once. */
const SOON_MS = 5_000;
export interface HubDistance extends HubPlace {
  /** Round trip, ms; null: not measured, or it did not answer. */
  ms: number | null;
}

export interface NearestOptions {
  /** The hub that the user named; always one of those to choose from. */
  home: string;
  /** Others, known from before: the nearest first, the home perhaps among them. */
  known?: readonly HubPlace[];
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  /** The round trip to this hub, ms. Rejects where it does not answer. */
  probe(url: string): Promise<number>;
  /** Whether a hub may send its clients there. */
  trusted(url: string): boolean;
  /** Nobody would notice now: it is looked another time. */
  unwatched?(): boolean;
  /** The places, or their distances, are other ones now. */
  changed?(places: readonly HubDistance[]): void;
}

export class Nearest {
  readonly #options: NearestOptions;
  readonly #pauses: Backoff;
  #places: HubDistance[] = [];
  #choice: string;
  /** Tries that failed in a row, of each hub. */
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

  /** This hub and no other, whatever it says. */
  static only(home: string, clock: Clock): Nearest {
    const probe = () => Promise.reject(new Error('there is nothing to choose'));
    return new Nearest({ home, clock, random: () => 0, probe, trusted: () => false });
  }

  /** The hub to dial next. */
  get url(): string {
    const tired = (url: string) => (this.#failures.get(url) ?? 0) >= TRIES;
    if (!tired(this.#choice)) return this.#choice;
    return this.places.find(({ url }) => !tired(url))?.url ?? this.#choice;
  }

  /** All that are known, the nearest first. */
  get places(): readonly HubDistance[] {
    return [...this.#places].sort(
      (a, b) => (a.ms ?? Number.POSITIVE_INFINITY) - (b.ms ?? Number.POSITIVE_INFINITY) || 0,
    );
  }

  /** moved: another hub is clearly nearer than the one in use: dial it, and leave the old one then. */
  start(moved: () => void): void {
    this.#moved = moved;
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  /** A line to this hub is up. welcome: WELCOME's metadata. */
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

  /** The line that was up is gone. */
  lost(): void {
    this.#lost = true;
    this.#pauses.reset();
  }

  /** No line came up. */
  failed(url: string, code: ErrorCode): void {
    // Silence took its time already.
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

  /** These, as far as they are to be trusted, and the home; with the distances that are known. */
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

  /** While a line is lost nothing is chosen: what was measured counts when one is up. */
  #choose(): void {
    const used = this.#places.find(({ url }) => url === this.#choice);
    const best = this.places[0];
    // One that is in use and can't be measured is left when its line is lost.
    if (this.#lost || used === undefined || used.ms === null || best === undefined || best.ms === null)
      return;
    const saved = used.ms - best.ms;
    if (saved < MARGIN_MS || saved < used.ms * MARGIN) return;
    this.#choice = best.url;
    this.#failures.delete(best.url);
    this.#moved();
  }
}
