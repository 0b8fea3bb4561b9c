/**
 * Events for the listeners of all hubs. An event says what changed. The store holds the current state. The
 * method tell() sends an event to the listeners of every hub, so the reaction of a listener must be correct
 * even if every hub runs it.
 */
import { EventEmitter } from 'node:events';
import { Id } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Backplane } from '../backplane/index.ts';
import { DesktopRow, ProviderRow, VmRow } from '../store/index.ts';

/**
 * Number of VMs whose newest revision is remembered, so that a late event with an older revision can be
 * dropped. Events are late by a few seconds at most, and far fewer VMs change in that time.
 */
const MAX_REMEMBERED = 10_000;
/**
 * Maximum number of events that wait until the other hubs can be reached. Above this number the oldest events
 * are dropped. Periodic work later repairs the effects of dropped events.
 */
const MAX_UNTOLD = 10_000;

const News = z.discriminatedUnion('event', [
  z.object({ event: z.literal('vm'), what: VmRow }),
  z.object({ event: z.literal('provider'), what: ProviderRow }),
  z.object({ event: z.literal('desktop'), what: DesktopRow }),
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
   * A VM was created or changed, or its provider became silent or was heard again. here: true if the event
   * began at this hub. Reactions that only one hub should run depend on `here`.
   */
  vm: [vm: VmRow, here: boolean];
  /** A provider joined, connected, disconnected, became silent or was heard again. */
  provider: [provider: ProviderRow];
  /** A desktop was created or changed. here: true if the event began at this hub. */
  desktop: [desktop: DesktopRow, here: boolean];
  /** A user ended a session. The sockets, channels and event streams of the session must end too. */
  sessionEnded: [sessionId: string];
  /** A hub has registered a new connection of this provider. */
  route: [route: { providerId: string; connSeq: number }];
  /**
   * A hub searches for a provider on the backplane but finds no entry, because the backplane recently lost
   * its data. The hub to which the provider is connected must write its entry again.
   */
  seek: [sought: { providerId: string }];
  /**
   * Events of other hubs may have been missed, or the backplane may have lost its data. Listeners must read
   * all data again.
   */
  interrupted: [];
}

export class HubEvents extends EventEmitter<HubEventMap> {
  readonly #backplane: Backplane;
  readonly #log: Logger;
  /**
   * The newest emitted revision of each VM, and of each user's desktop. The one with the most recent event is
   * last.
   */
  readonly #told = new Map<string, number>();
  /**
   * Events that could not be sent to the other hubs, oldest first. For each VM, provider or session, only the
   * newest event of a kind is kept.
   */
  readonly #untold = new Map<string, News>();

  constructor(backplane: Backplane, log: Logger) {
    super();
    this.#backplane = backplane;
    this.#log = log;
    // Switches off Node's warning about too many listeners. Each open page adds listeners, so a large number
    // is normal. A real leak of listeners would show in the socket metrics.
    this.setMaxListeners(0);
  }

  /** Emits the event at this hub now, and at the other hubs as soon as they can be reached. */
  tell<E extends News['event']>(event: E, what: HubEventMap[E][0]): void {
    const news = { event, what } as News;
    if (this.#receive(news, true)) void this.#pass(news);
  }

  /** Emits an event that another hub published. */
  news(text: string): void {
    try {
      this.#receive(News.parse(JSON.parse(text)), false);
    } catch (error) {
      // The hub that sent this event may have another version, whose events have another format. This hub
      // then ignores the event.
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

  /**
   * Emits an event at this hub. Returns false if the event was dropped because a newer revision of the VM was
   * emitted before.
   */
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
      case 'desktop': {
        const { userId, rev } = news.what;
        const key = `desktop ${userId}`;
        if (rev < (this.#told.get(key) ?? 0)) return false;
        put(this.#told, key, rev, MAX_REMEMBERED);
        this.emit('desktop', news.what, here);
        break;
      }
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
    case 'desktop':
      return `desktop ${what.userId}`;
    case 'sessionEnded':
      return `session ${what}`;
    case 'route':
      return `route ${what.providerId}`;
    case 'seek':
      return `seek ${what.providerId}`;
  }
}

/** Adds the entry at the end of the map. If the map is then too large, removes the first (oldest) entry. */
function put<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  const [oldest] = map.keys();
  map.delete(oldest!);
}
