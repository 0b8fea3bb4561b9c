/**
 * Subscribes to the Redis channels of this hub: messages from other hubs (mail), broadcasts to all hubs
 * (news), and probes.
 */
import { Cluster } from 'ioredis';
import type { BackplaneMeter } from '../meter.ts';
import type { RedisAddress } from '../redis-address.ts';
import { type Client, dial } from './dial.ts';

export interface Channels {
  readonly mail: string;
  readonly news: string;
  /**
   * The channel for probes of this hub. On a cluster, this channel is on the same node as the news channel. A
   * probe that arrives therefore proves that broadcasts would arrive too.
   */
  readonly echo: string;
}

export function channelsOf(prefix: string, hub: string): Channels {
  return {
    mail: `${prefix}mail:${hub}`,
    news: `${prefix}{news}`,
    echo: `${prefix}{news}:${hub}`,
  };
}

export interface InboxHandler {
  mail(message: Buffer): void;
  /** Called with a broadcast as it was published, including the sender's name. */
  news(message: Buffer): void;
  /** Called when the subscription broke. Messages may be lost until the subscription works again. */
  lost(): void;
}

export class Inbox {
  readonly #address: RedisAddress;
  readonly #meter: BackplaneMeter;
  readonly #handler: InboxHandler;
  readonly #names: readonly string[];
  readonly #mail: Buffer;
  readonly #news: Buffer;
  #client: Client | undefined;
  #again = false;
  /**
   * Whether any message has arrived since the last listen(). `mail`: on the mail channel. `news`: on the news
   * channel or the probe channel.
   */
  #heard = { mail: false, news: false };
  #onHeard = () => {};

  constructor(address: RedisAddress, channels: Channels, meter: BackplaneMeter, handler: InboxHandler) {
    this.#address = address;
    this.#meter = meter;
    this.#handler = handler;
    this.#names = [channels.mail, channels.news, channels.echo];
    this.#mail = Buffer.from(channels.mail);
    this.#news = Buffer.from(channels.news);
  }

  open(): void {
    this.#client = dial(this.#address, 'subscriber');
    const client = this.#client;
    const sharded = client instanceof Cluster;
    client.on(sharded ? 'smessageBuffer' : 'messageBuffer', (channel: Buffer, message: Buffer) => {
      if (client === this.#client) this.#received(channel, message);
    });
    for (const event of ['close', '-node', '-subscriber']) {
      client.on(event, () => {
        if (client === this.#client) this.#handler.lost();
      });
    }
    client.on('ready', () => {
      if (this.#again) this.#meter.reconnected('subscriber');
      this.#again = true;
      // Errors of a subscription are ignored here. watch.ts notices a failed subscription, because its probes
      // do not arrive.
      for (const name of this.#names) {
        void (async () => (sharded ? client.ssubscribe(name) : client.subscribe(name)))().catch(() => {});
      }
    });
  }

  rebuild(): void {
    this.#meter.rebuilt('subscriber');
    this.close();
    this.open();
  }

  close(): void {
    this.#client?.disconnect();
    this.#client = undefined;
  }

  /** Forgets which messages have arrived. Only later messages then prove that the subscription works. */
  listen(): void {
    this.#heard = { mail: false, news: false };
  }

  /**
   * Resolves when, since listen(), a message has arrived on the mail channel, and another on the news or
   * probe channel.
   */
  heard(): Promise<void> {
    return new Promise((resolve) => {
      this.#onHeard = () => {
        if (this.#heard.mail && this.#heard.news) resolve();
      };
      this.#onHeard();
    });
  }

  #received(channel: Buffer, message: Buffer): void {
    const isMail = channel.equals(this.#mail);
    if (isMail) this.#heard.mail = true;
    else this.#heard.news = true;
    this.#onHeard();
    // An empty message is only a probe that tests the subscription. No handler needs to see it.
    if (message.length === 0) return;
    if (isMail) this.#handler.mail(message);
    else if (channel.equals(this.#news)) this.#handler.news(message);
  }
}
