/** The regions of this deployment. Each region has a URL that its hubs share. */
import type { HubPlace } from '@unicore/protocol';
import type { HubCard } from '../backplane/index.ts';

/**
 * Matches domains in which strangers may have hosts: Cloud Run's domain, top-level domains, and parts of IP
 * addresses.
 */
const SHARED = /(^|\.)run\.app$|^[^.]*$|^[\d.]*$/;

export class Regions {
  readonly #own: HubPlace;
  readonly #cards: () => readonly HubCard[];
  /**
   * Cached list of regions, because every request reads the list. The list is computed again when this hub
   * has read new data about other hubs.
   */
  #last: { cards: readonly HubCard[]; list: HubPlace[] } | undefined;

  /** cards: returns the data that each live hub announces about itself. */
  constructor(own: HubPlace, cards: () => readonly HubCard[]) {
    this.#own = own;
    this.#cards = cards;
  }

  /** All regions, sorted by region name and URL. The list always includes this hub's own region. */
  get list(): readonly HubPlace[] {
    const cards = this.#cards();
    if (this.#last?.cards !== cards) this.#last = { cards, list: this.#of(cards) };
    return this.#last.list;
  }

  /** Returns whether this origin belongs to a hub of this deployment. */
  has(origin: string): boolean {
    return this.list.some(({ url }) => url === origin);
  }

  /**
   * The parent domain that the URLs of all regions share. Undefined if all these URLs are under this hub's
   * own host name, or if strangers may also have hosts in the parent domain.
   */
  get family(): string | undefined {
    const [own, ...others] = [this.#own, ...this.list].map(({ url }) => new URL(url).hostname);
    const parent = own!.slice(own!.indexOf('.') + 1);
    const under = (domain: string) => others.every((host) => host === domain || host.endsWith(`.${domain}`));
    return under(own!) || SHARED.test(parent) || !under(parent) ? undefined : parent;
  }

  #of(cards: readonly HubCard[]): HubPlace[] {
    const others = cards.flatMap(({ region, publicUrl }) =>
      publicUrl === null ? [] : [{ region, url: publicUrl }],
    );
    const places = new Map(
      [this.#own, ...others].map((place) => [`${place.region ?? ''} ${place.url}`, place]),
    );
    return [...places].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, place]) => place);
  }
}
