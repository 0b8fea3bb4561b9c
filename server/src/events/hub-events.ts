/**
 * Events of all hubs. An event says what changed; the store holds the current state. `tell` reaches the listeners of
 * every hub, so a listener's reaction must be correct when each hub runs it.
 */
import { EventEmitter } from 'node:events';
import { Id } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Backplane } from '../backplane/index.ts';
import { ProviderRow, VmRow } from '../store/index.ts';

/**
 * Number of VMs whose newest revision is remembered, so that an older event can be dropped. Events are late by seconds,
 * in which far fewer VMs change.
 */
const MAX_REMEMBERED = 10_000;
/**
 * Number of events that wait until the other hubs are reachable. Beyond it the oldest are dropped; periodic work
 * repairs that.
 */
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
   * A VM was created or changed, or is shown differently because its provider fell silent or came back. here: the event
   * began at this hub, for reactions that only one hub should run.
   */
  vm: [vm: VmRow, here: boolean];
  /** A provider joined, connected, disconnected, fell silent or was heard again. */
  provider: [provider: ProviderRow];
  /** A user ended a session: its sockets, channels and lists must end too. */
  sessionEnded: [sessionId: string];
  /** A provider's new connection is registered at some hub. */
  route: [route: { providerId: string; connSeq: number }];
  /**
   * A hub found no route to this provider, and the backplane recently lost its data. The hub that has the provider must
   * claim its route again.
   */
  seek: [sought: { providerId: string }];
  /** Events of other hubs may have been missed, or the backplane may have lost its data: read everything again. */
  interrupted: [];
}

export class HubEvents extends EventEmitter<HubEventMap> {
  readonly #backplane: Backplane;
  readonly #log: Logger;
  /** The newest revision of each VM that was emitted; the most recent entry is last. */
  readonly #told = new Map<string, number>();
  /** Events that could not be sent to the other hubs, oldest first. Of each subject only the newest is kept. */
  readonly #untold = new Map<string, News>();

  constructor(backplane: Backplane, log: Logger) {
    super();
    this.#backplane = backplane;
    this.#log = log;
    // Each open page adds a listener, so Node's leak warning would be wrong; a leak would show in the socket metrics.
    this.setMaxListeners(0);
  }

  /** Emits the event at this hub now, and at all others as soon as they can be reached. */
  tell<E extends News['event']>(event: E, what: HubEventMap[E][0]): void {
    const news = { event, what } as News;
    if (this.#receive(news, true)) void this.#pass(news);
  }

  /** Emits an event that another hub published. */
  news(text: string): void {
    try {
      this.#receive(News.parse(JSON.parse(text)), false);
    } catch (error) {
      // The sender may be a hub of another version.
      this.#log.warn({ err: error }, 'news from another hub could not be parsed');
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
      this.#log.debug(
        { err: error, event: news.event },
        'an event could not be sent to the other hubs; it is sent later',
      );
      put(this.#untold, keyOf(news), news, MAX_UNTOLD);
    }
  }

  #passUntold(): void {
    const untold = [...this.#untold.values()];
    this.#untold.clear();
    for (const news of untold) void this.#pass(news);
  }

  /** Emits an event at this hub. Returns false if it drops the event, since a newer revision was emitted before. */
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

/** Puts the entry last, and drops the first one of a full map. */
function put<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  const [oldest] = map.keys();
  map.delete(oldest!);
}
