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
  #cards: readonly HubCard[] = [];
  #asking: Promise<void> | undefined;
  #cancel = () => {};
  #stopped = false;

  constructor(options: DirectoryOptions) {
    this.#options = options;
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

  async leave(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#options.backplane.hubs.leave().catch((error: unknown) => {
      if (!(error instanceof UniCoreError)) throw error;
    });
  }

  async #ask(): Promise<void> {
    const { backplane, clock, card } = this.#options;
    this.#cancel();
    if (this.#stopped) return;
    this.#cancel = clock.after(RENEW_MS, () => void this.refresh());
    try {
      await backplane.hubs.announce(card);
      this.#cards = await backplane.hubs.all();
    } catch (error) {
      if (!(error instanceof UniCoreError)) throw error;
    }
  }
}
