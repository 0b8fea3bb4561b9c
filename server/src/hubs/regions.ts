/** The regions of this deployment, each with the URL that its hubs share. */
import type { HubPlace } from '@unicore/protocol';
import type { HubCard } from '../backplane/index.ts';

/** Domains that strangers share: Cloud Run's domain, top-level domains, and parts of IP addresses. */
const SHARED = /(^|\.)run\.app$|^[^.]*$|^[\d.]*$/;

export class Regions {
  readonly #own: HubPlace;
  readonly #cards: () => readonly HubCard[];
  /**
   * Cached list of regions. Every request reads it, but it changes only when a hub announces something new about
   * itself.
   */
  #last: { cards: readonly HubCard[]; list: HubPlace[] } | undefined;

  /** cards: returns what each live hub announces about itself. */
  constructor(own: HubPlace, cards: () => readonly HubCard[]) {
    this.#own = own;
    this.#cards = cards;
  }

  /** All regions, sorted by region and URL, always including this hub's own. */
  get list(): readonly HubPlace[] {
    const cards = this.#cards();
    if (this.#last?.cards !== cards) this.#last = { cards, list: this.#of(cards) };
    return this.#last.list;
  }

  /** Whether this origin belongs to the deployment. */
  has(origin: string): boolean {
    return this.list.some(({ url }) => url === origin);
  }

  /**
   * The parent domain that all URLs share. Undefined if they are all under this hub's own host name, or if strangers
   * may share the parent.
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
