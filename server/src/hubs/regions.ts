/** Where this deployment can be reached: each of its regions, by the address that the hubs there share. */
import type { HubPlace } from '@unicore/protocol';
import type { HubCard } from '../backplane/index.ts';

/** Strangers have names here, too: Cloud Run's own, whole countries', and parts of addresses. */
const SHARED = /(^|\.)run\.app$|^[^.]*$|^[\d.]*$/;

export class Regions {
  readonly #own: HubPlace;
  readonly #cards: () => readonly HubCard[];
  /** The list is asked with every request; the cards change every few seconds. */
  #last: { cards: readonly HubCard[]; list: HubPlace[] } | undefined;

  /** cards: of the hubs that are alive now. */
  constructor(own: HubPlace, cards: () => readonly HubCard[]) {
    this.#own = own;
    this.#cards = cards;
  }

  /** By region and URL; this hub's own is always in it. */
  get list(): readonly HubPlace[] {
    const cards = this.#cards();
    if (this.#last?.cards !== cards) this.#last = { cards, list: this.#of(cards) };
    return this.#last.list;
  }

  /** Whether hubs of this deployment are at this origin. */
  has(origin: string): boolean {
    return this.list.some(({ url }) => url === origin);
  }

  /** The domain under which all of them are, where they are not under this one's own name. */
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
