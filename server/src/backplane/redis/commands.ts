/**
 * Request-response commands to Redis. Redis answers each command within ANSWER_MS, or the command rejects
 * with BACKPLANE_DOWN.
 */
import { Cluster, type Redis } from 'ioredis';
import type { BackplaneMeter } from '../meter.ts';
import type { RedisAddress } from '../redis-address.ts';
import { type Client, dial, usable } from './dial.ts';
import { backplaneDown, isTimeout } from './failure.ts';

export class Commands {
  readonly client: Client;
  readonly #meter: BackplaneMeter;
  readonly #unanswered: () => void;

  /**
   * on.lost: called when a connection to Redis was lost. on.unanswered: called when Redis did not answer a
   * command in time.
   */
  constructor(
    address: RedisAddress,
    meter: BackplaneMeter,
    on: { lost: () => void; unanswered: () => void },
  ) {
    this.#meter = meter;
    this.#unanswered = on.unanswered;
    // Auto-pipelining stays off. With auto-pipelining, one stalled command would delay all later commands. On
    // a cluster, a slot that moves to another node would also make the whole batch fail.
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
   * Runs a Lua script on one key. Scripts never use more than one key, because two keys may be on different
   * nodes of a cluster.
   */
  script(operation: string, lua: string, key: string, ...args: (string | number)[]): Promise<unknown> {
    return this.ask(operation, (client) => client.eval(lua, 1, key, ...args));
  }

  /**
   * Returns the Redis nodes that currently hold data: the masters of a cluster, or the single Redis server.
   */
  nodes(): Redis[] {
    return this.client instanceof Cluster ? this.client.nodes('master') : [this.client];
  }

  close(): void {
    this.client.disconnect();
  }
}
