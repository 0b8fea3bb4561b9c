/** Request-response commands to Redis. Each is answered within ANSWER_MS or rejects with BACKPLANE_DOWN. */
import { Cluster, type Redis } from 'ioredis';
import type { BackplaneMeter } from '../meter.ts';
import type { RedisAddress } from '../redis-address.ts';
import { type Client, dial, usable } from './dial.ts';
import { backplaneDown, isTimeout } from './failure.ts';

export class Commands {
  readonly client: Client;
  readonly #meter: BackplaneMeter;
  readonly #unanswered: () => void;

  /** on.lost: a connection broke. on.unanswered: Redis did not answer in time. */
  constructor(
    address: RedisAddress,
    meter: BackplaneMeter,
    on: { lost: () => void; unanswered: () => void },
  ) {
    this.#meter = meter;
    this.#unanswered = on.unanswered;
    // No auto-pipelining: one stalled command would hold back all behind it, and on a cluster a slot that moves would
    // fail the whole batch.
    this.client = dial(address, 'commands');
    let again = false;
    this.client.on('ready', () => {
      if (again) meter.reconnected('commands');
      again = true;
    });
    for (const event of ['close', '-node']) this.client.on(event, on.lost);
  }

  async ask<T>(operation: string, question: (client: Client) => Promise<T>): Promise<T> {
    const start = performance.now();
    let succeeded = false;
    try {
      const answer = await question(usable(this.client));
      succeeded = true;
      return answer;
    } catch (error) {
      if (isTimeout(error)) this.#unanswered();
      throw backplaneDown(error);
    } finally {
      this.#meter.called(operation, (performance.now() - start) / 1000, succeeded);
    }
  }

  /**
   * Runs a Lua script on one key. On a cluster, two keys may be on different nodes, so scripts never use more than one.
   */
  script(operation: string, lua: string, key: string, ...args: (string | number)[]): Promise<unknown> {
    return this.ask(operation, (client) => client.eval(lua, 1, key, ...args));
  }

  /** The Redis nodes that currently hold data: the masters of a cluster, or the one Redis. */
  nodes(): Redis[] {
    return this.client instanceof Cluster ? this.client.nodes('master') : [this.client];
  }

  close(): void {
    this.client.disconnect();
  }
}
