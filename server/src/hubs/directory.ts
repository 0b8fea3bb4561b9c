/** The hubs that there are: this one's card, said again and again, and those of the others as last heard. */
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

  /** The hubs, this one too, as far as is known now. What was heard last stands while the others cannot be reached. */
  get cards(): readonly HubCard[] {
    return this.#cards;
  }

  /** Asks for it where it is not known: that hub may have just begun. */
  async card(hub: string): Promise<HubCard | undefined> {
    const known = () => this.#cards.find((card) => card.hub === hub);
    if (!known()) await this.refresh();
    return known();
  }

  /** Says and asks at once, and from then on. */
  refresh(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** Nobody new is to be sent here. Other hubs still reach it. */
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

/** The others cannot be reached; it is said again. */
function known(error: unknown): void {
  if (!(error instanceof UniCoreError)) throw error;
}
