/**
 * The list of hubs. At intervals it announces what other hubs must know of this one (its card), and it keeps the last
 * known cards of the others.
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

  /** Cards of the known hubs, this one included. While the backplane cannot be reached, they stay as they are. */
  get cards(): readonly HubCard[] {
    return this.#cards;
  }

  /** The card of a hub. Asks the backplane if it is not known, because that hub may have just started. */
  async card(hub: string): Promise<HubCard | undefined> {
    const known = () => this.#cards.find((card) => card.hub === hub);
    if (!known()) await this.refresh();
    return known();
  }

  /** Announces this hub's card and reads those of all hubs: now, and again at intervals. */
  refresh(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** Withdraws the public URL, so that no new clients come here. Other hubs can still connect. */
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

/** Ignores a backplane failure; the next refresh repeats the call. */
function known(error: unknown): void {
  if (!(error instanceof UniCoreError)) throw error;
}
