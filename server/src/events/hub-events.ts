/**
 * What happens at any hub, for whoever wants to react. An event says what changed; the store says what it is now. `tell`
 * reaches the listeners of all hubs: what they do must be right when each hub does it.
 */
import { EventEmitter } from 'node:events';
import { Id } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Backplane } from '../backplane/index.ts';
import { ProviderRow, VmRow } from '../store/index.ts';

/** VMs whose last revision is remembered, to know what is late. News are late by seconds, not by so many changes. */
const MAX_REMEMBERED = 10_000;
/** Events that wait for the other hubs to be reachable; beyond it the oldest are left to what repairs them. */
const MAX_UNTOLD = 10_000;

const News = z.discriminatedUnion('event', [
  z.object({ event: z.literal('vm'), what: VmRow }),
  z.object({ event: z.literal('provider'), what: ProviderRow }),
  z.object({ event: z.literal('sessionEnded'), what: z.string() }),
  z.object({ event: z.literal('seek'), what: z.object({ providerId: Id }) }),
  z.object({
    event: z.literal('route'),
    what: z.object({ providerId: Id, connSeq: z.number().int().positive() }),
  }),
]);
type News = z.infer<typeof News>;

interface HubEventMap {
  /**
   * A VM was made or changed, or what is shown of it did because its provider fell silent or came back. here: at this
   * hub, for what one hub should do.
   */
  vm: [vm: VmRow, here: boolean];
  /** A provider joined, came, went, fell silent or was heard again. */
  provider: [provider: ProviderRow];
  /** A session was ended by its user: whatever it has open ends too. */
  sessionEnded: [sessionId: string];
  /** A new connection of a provider is known to be at some hub. */
  route: [route: { providerId: string; connSeq: number }];
  /** A hub has found no route of this provider in a backplane that has just lost everything: who has it says so. */
  seek: [sought: { providerId: string }];
  /** Events of other hubs may have been missed, or what the hubs share may be gone: ask everything again. */
  interrupted: [];
}

export class HubEvents extends EventEmitter<HubEventMap> {
  readonly #backplane: Backplane;
  readonly #log: Logger;
  /** The newest revision of each VM that was told, the latest last. */
  readonly #told = new Map<string, number>();
  /** The newest of each thing that the other hubs could not be told, oldest first. */
  readonly #untold = new Map<string, News>();

  constructor(backplane: Backplane, log: Logger) {
    super();
    this.#backplane = backplane;
    this.#log = log;
    // One listener for each open page; a leak would show in the metrics of sockets.
    this.setMaxListeners(0);
  }

  /** To the listeners of this hub now, and to those of all others as soon as they can be reached. */
  tell<E extends News['event']>(event: E, what: HubEventMap[E][0]): void {
    const news = { event, what } as News;
    if (this.#receive(news, true)) void this.#pass(news);
  }

  /** What another hub told. */
  news(text: string): void {
    try {
      this.#receive(News.parse(JSON.parse(text)), false);
    } catch (error) {
      // Of a hub of another version, perhaps.
      this.#log.warn({ err: error }, 'news of another hub were not understood');
    }
  }

  interrupted(): void {
    this.#passUntold();
    this.emit('interrupted');
  }

  async #pass(news: News): Promise<void> {
    try {
      await this.#backplane.tell(JSON.stringify(news));
      this.#passUntold();
    } catch (error) {
      this.#log.debug({ err: error, event: news.event }, 'the other hubs are told later');
      put(this.#untold, keyOf(news), news, MAX_UNTOLD);
    }
  }

  #passUntold(): void {
    const untold = [...this.#untold.values()];
    this.#untold.clear();
    for (const news of untold) void this.#pass(news);
  }

  /** False: something newer was told before. */
  #receive(news: News, here: boolean): boolean {
    switch (news.event) {
      case 'vm': {
        const { vmId, rev } = news.what;
        if (rev < (this.#told.get(vmId) ?? 0)) return false;
        put(this.#told, vmId, rev, MAX_REMEMBERED);
        this.emit('vm', news.what, here);
        break;
      }
      case 'provider':
        this.emit('provider', news.what);
        break;
      case 'sessionEnded':
        this.emit('sessionEnded', news.what);
        break;
      case 'route':
        this.emit('route', news.what);
        break;
      case 'seek':
        this.emit('seek', news.what);
    }
    return true;
  }
}

function keyOf({ event, what }: News): string {
  switch (event) {
    case 'vm':
      return `vm ${what.vmId}`;
    case 'provider':
      return `provider ${what.providerId}`;
    case 'sessionEnded':
      return `session ${what}`;
    case 'route':
      return `route ${what.providerId}`;
    case 'seek':
      return `seek ${what.providerId}`;
  }
}

/** Last in the map, whose first goes when it is full. */
function put<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  const [oldest] = map.keys();
  map.delete(oldest!);
}
