/**
 * Publishes this hub's messages to other hubs, in order. The publisher keeps its connection while Redis
 * pauses. If it opened a new connection, Redis might read from the new connection before it reads the bytes
 * left on the old one, and messages would arrive out of order. watch.ts replaces the connection if Redis
 * answers on other connections but not on this one.
 */
import { Cluster, type Redis } from 'ioredis';
import type { BackplaneMeter } from '../meter.ts';
import type { RedisAddress } from '../redis-address.ts';
import { ANSWER_MS, type Client, dial, usable } from './dial.ts';
import { backplaneDown } from './failure.ts';
import { Publish, publishUnasked } from './publish.ts';

/**
 * Maximum number of bytes that may wait for Redis. More bytes are refused. The limit is ten times what a rate
 * of 400 MB/s needs at a round trip of 4 ms.
 */
const IN_FLIGHT_BYTES = 16 * 1024 * 1024;
/**
 * Redis does not answer a message that was published with post(). After this many bytes without an answer,
 * the hub asks for the answer to one message. That answer confirms all messages before it.
 */
const UNASKED_BYTES = 256 * 1024;

export class Publisher {
  readonly #address: RedisAddress;
  readonly #meter: BackplaneMeter;
  readonly #unanswered: () => void;
  #client: Client;
  #inFlight = 0;
  /** Number of bytes that were published with post(), and that no answer from Redis has confirmed yet. */
  #unasked = 0;
  /**
   * The connection on which post() publishes messages without an answer from Redis. It is undefined until
   * Redis has accepted the command CLIENT REPLY, which switches answers off. On a cluster it stays undefined.
   */
  #quiet: Redis | undefined;
  #again = false;

  /** unanswered: called when Redis did not confirm a published message in time. */
  constructor(address: RedisAddress, meter: BackplaneMeter, unanswered: () => void) {
    this.#address = address;
    this.#meter = meter;
    this.#unanswered = unanswered;
    this.#client = this.#dial();
  }

  /**
   * Publishes a message. Resolves to the number of subscribers. After a rejection with BACKPLANE_DOWN the
   * message may still arrive.
   */
  publish(channel: string, message: Buffer): Promise<number> {
    if (this.#inFlight + message.length > IN_FLIGHT_BYTES) {
      return Promise.reject(backplaneDown('it takes mail too slowly'));
    }
    // Redis handles messages in order. So its answer to this message also confirms all messages that post()
    // has sent before, and that Redis does not answer.
    const bytes = this.#unasked + message.length;
    this.#unasked = 0;
    this.#inFlight += message.length;
    const start = performance.now();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#unanswered();
        settle(new Error('Command timed out'), 0);
      }, ANSWER_MS);
      const settle = (error: Error | undefined, count: number) => {
        clearTimeout(timer);
        this.#meter.called('publish', (performance.now() - start) / 1000, error === undefined);
        if (error) reject(backplaneDown(error));
        else resolve(count);
      };
      this.#send(channel, message).then(
        (count) => {
          this.#inFlight -= bytes;
          settle(undefined, count);
        },
        (error: Error) => {
          this.#inFlight -= bytes;
          this.#look();
          settle(error, 0);
        },
      );
    });
  }

  /**
   * Publishes a message without asking Redis for an answer. An answer would cost as much as a message,
   * because both Redis and this hub would have to wake up for it. Resolves when the kernel has the bytes.
   */
  async post(channel: string, message: Buffer): Promise<void> {
    const client = this.#quiet;
    if (client === undefined || this.#unasked + message.length >= UNASKED_BYTES) {
      await this.publish(channel, message);
      return;
    }
    this.#unasked += message.length;
    this.#inFlight += message.length;
    return new Promise((resolve, reject) => {
      publishUnasked(client.stream, channel, message, (error) =>
        error ? reject(backplaneDown(error)) : resolve(),
      );
    });
  }

  rebuild(): void {
    this.#meter.rebuilt('publisher');
    this.#quiet = undefined;
    this.#client.disconnect();
    this.#client = this.#dial();
  }

  close(): void {
    this.#client.disconnect();
  }

  #dial(): Client {
    const client = dial(this.#address, 'publisher');
    client.on('ready', () => {
      if (this.#again) this.#meter.reconnected('publisher');
      this.#again = true;
      void this.#hush(client);
    });
    client.on('close', () => {
      if (client === this.#quiet) this.#quiet = undefined;
    });
    return client;
  }

  /**
   * Checks that Redis accepts CLIENT REPLY, the command that switches answers off. If Redis refused that
   * command later, the client would mistake the error for the answer to its next command.
   */
  async #hush(client: Client): Promise<void> {
    if (client instanceof Cluster) return;
    const allowed = await client.call('CLIENT', 'REPLY', 'ON').catch(() => undefined);
    if (allowed === 'OK' && client === this.#client) this.#quiet = client;
  }

  /**
   * Publishes a message and returns the number of subscribers. On a cluster this number includes all
   * subscribers, because every hub subscribes at the master of the channel's slot.
   */
  async #send(channel: string, message: Buffer): Promise<number> {
    const command = new Publish(this.#address.cluster ? 'spublish' : 'publish', channel, message);
    return Number(await usable(this.#client).sendCommand(command));
  }

  /** After an error, asks the Redis cluster where its slots are now. The client does not ask by itself. */
  #look(): void {
    if (this.#client instanceof Cluster && this.#client.status === 'ready') this.#client.refreshSlotsCache();
  }
}
