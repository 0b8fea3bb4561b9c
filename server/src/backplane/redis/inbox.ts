/** What this hub is told: its mail, and the news that all hubs are told. */
import { Cluster } from 'ioredis';
import type { BackplaneMeter } from '../meter.ts';
import type { RedisAddress } from '../redis-address.ts';
import { type Client, dial } from './dial.ts';

export interface Channels {
  readonly mail: string;
  readonly news: string;
  /** This hub's own, at the same node of a cluster as the news: it shows that they would arrive. */
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
  /** As it was published, with whoever published it. */
  news(message: Buffer): void;
  /** For a while nothing may arrive. */
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
  /** Whether mail, and news or the echo, came since the last listen(). */
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
      // If it fails, the watch will notice that nothing arrives.
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

  /** From now on only what is new shows that it arrives. */
  listen(): void {
    this.#heard = { mail: false, news: false };
  }

  /** Resolves when both of them were heard since listen(). */
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
    // Without content it only shows that it arrives.
    if (message.length === 0) return;
    if (isMail) this.#handler.mail(message);
    else if (channel.equals(this.#news)) this.#handler.news(message);
  }
}
