/**
 * The list of hubs. At regular intervals this hub announces data about itself (its card), and reads the cards
 * of the other hubs.
 */
import { type Clock, UniCoreError } from '@unicore/protocol';
import { type Backplane, type HubCard, RENEW_MS } from '../backplane/index.ts';

export interface DirectoryOptions {
  backplane: Backplane;
  clock: Clock;
  card: HubCard;
}

export class Directory {
  readonly #options: DirectoryOptions;
  #card: HubCard;
  #cards: readonly HubCard[] = [];
  #asking: Promise<void> | undefined;
  #cancel = () => {};
  #stopped = false;

  constructor(options: DirectoryOptions) {
    this.#options = options;
    this.#card = options.card;
  }

  /**
   * The data that all known hubs announce about themselves (their cards), including this hub. The list does
   * not change while the backplane cannot be reached.
   */
  get cards(): readonly HubCard[] {
    return this.#cards;
  }

  /**
   * Returns the data that a hub announces about itself (its card). If the hub is unknown, reads the backplane
   * again, because the hub may have just started.
   */
  async card(hub: string): Promise<HubCard | undefined> {
    const known = () => this.#cards.find((card) => card.hub === hub);
    if (!known()) await this.refresh();
    return known();
  }

  /**
   * Announces data about this hub, and reads the data that all hubs announce. Repeats this at regular
   * intervals.
   */
  refresh(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /**
   * Removes the public URL from the data that this hub announces, so that no new clients come to this hub.
   * Other hubs can still connect to this hub.
   */
  async hide(): Promise<void> {
    this.#card = { ...this.#card, publicUrl: null };
    await this.#options.backplane.hubs.announce(this.#card).catch(known);
  }

  async leave(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#options.backplane.hubs.leave().catch(known);
  }

  async #ask(): Promise<void> {
    const { backplane, clock } = this.#options;
    this.#cancel();
    if (this.#stopped) return;
    this.#cancel = clock.after(RENEW_MS, () => void this.refresh());
    try {
      await backplane.hubs.announce(this.#card);
      this.#cards = await backplane.hubs.all();
    } catch (error) {
      known(error);
    }
  }
}

/**
 * Ignores an error of the backplane. The list of hubs is refreshed at regular intervals, so a failed refresh
 * needs no other repair.
 */
function known(error: unknown): void {
  if (!(error instanceof UniCoreError)) throw error;
}
