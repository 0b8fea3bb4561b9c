/**
 * What this hub says to others, in order. Where Redis pauses, the connection stays: dropped, it would leave bytes behind
 * that Redis may read after those of the next one. watch.ts replaces it when Redis answers others, and it does not.
 */
import { Cluster, type Redis } from 'ioredis';
import type { BackplaneMeter } from '../meter.ts';
import type { RedisAddress } from '../redis-address.ts';
import { ANSWER_MS, type Client, dial, usable } from './dial.ts';
import { backplaneDown } from './failure.ts';
import { Publish, publishUnasked } from './publish.ts';

/** What may wait for Redis at a time; more is refused. Ten times what 400 MB/s with 4 ms between them needs. */
const IN_FLIGHT_BYTES = 16 * 1024 * 1024;
/** What is posted is not answered, but after so many bytes: an answer tells of all before it. */
const UNASKED_BYTES = 256 * 1024;

export class Publisher {
  readonly #address: RedisAddress;
  readonly #meter: BackplaneMeter;
  readonly #unanswered: () => void;
  #client: Client;
  #inFlight = 0;
  /** Of these, what was posted since somebody asked. */
  #unasked = 0;
  /** The connection on which Redis can be told not to answer. */
  #quiet: Redis | undefined;
  #again = false;

  /** unanswered: Redis did not answer in time. */
  constructor(address: RedisAddress, meter: BackplaneMeter, unanswered: () => void) {
    this.#address = address;
    this.#meter = meter;
    this.#unanswered = unanswered;
    this.#client = this.#dial();
  }

  /** How many listen to the channel, or rejects with BACKPLANE_DOWN: then it may yet arrive, or may not. */
  publish(channel: string, message: Buffer): Promise<number> {
    if (this.#inFlight + message.length > IN_FLIGHT_BYTES) {
      return Promise.reject(backplaneDown('it takes mail too slowly'));
    }
    // Its answer tells of these, too.
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
   * The same without asking who listens. Redis and this hub would be woken for each answer: that costs as much as a mail does.
   * Resolves when the kernel has it.
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

  /** Where Redis won't have it, an error would come for what nobody asked, and be taken for the next answer. */
  async #hush(client: Client): Promise<void> {
    if (client instanceof Cluster) return;
    const allowed = await client.call('CLIENT', 'REPLY', 'ON').catch(() => undefined);
    if (allowed === 'OK' && client === this.#client) this.#quiet = client;
  }

  /** On a cluster, too, the count is that of all: hubs subscribe where the channel's slot is, at its master. */
  async #send(channel: string, message: Buffer): Promise<number> {
    const command = new Publish(this.#address.cluster ? 'spublish' : 'publish', channel, message);
    return Number(await usable(this.#client).sendCommand(command));
  }

  /** A cluster's slot may have moved: nothing else makes this client look where it is now. */
  #look(): void {
    if (this.#client instanceof Cluster && this.#client.status === 'ready') this.#client.refreshSlotsCache();
  }
}
