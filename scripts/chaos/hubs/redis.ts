/**
 * Part of the chaos runs with several hubs: runs the Redis server that the hubs share, and causes its faults.
 * Each hub connects through its own TCP proxy. So a run can cut off one hub, or move all hubs to a replica.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LineProxy } from '@unicore/server/testing';
import { RedisServer } from '@unicore/server/testing/redis';

/**
 * Options for the Redis server. Without them a replica writes its data to a file, and loads the old data when
 * it restarts.
 */
const DISKLESS = ['--repl-diskless-load', 'on-empty-db'];

export class SharedRedis {
  /** One proxy to Redis for each hub. The list is empty in runs that cause no Redis faults. */
  readonly lines: readonly LineProxy[];
  #server: RedisServer;
  /** Resolves when the current Redis fault is over. Only one fault runs at a time. */
  #turn: Promise<void> = Promise.resolve();

  private constructor(server: RedisServer, lines: readonly LineProxy[]) {
    this.#server = server;
    this.lines = lines;
  }

  /** Starts Redis. lines: the number of TCP proxies to it, one for each hub. */
  static async start(lines: number): Promise<SharedRedis> {
    const server = await RedisServer.start(...DISKLESS);
    const opened = await Promise.all(Array.from({ length: lines }, () => LineProxy.open(server.port)));
    return new SharedRedis(server, opened);
  }

  /** Returns the Redis URL for one hub. It leads to this hub's proxy, if there is one. */
  url(hub: number): string {
    return `redis://127.0.0.1:${(this.lines[hub] ?? this.#server).port}`;
  }

  /** Kills Redis (SIGKILL). After `ms` milliseconds, Redis starts again without data. */
  killed(ms: number): Promise<void> {
    return this.#alone(async () => {
      await this.#server.kill();
      await sleep(ms);
      await this.#server.again();
    });
  }

  /** Pauses the Redis process (SIGSTOP) for `ms` milliseconds. */
  paused(ms: number): Promise<void> {
    return this.#alone(async () => {
      this.#server.pause();
      await sleep(ms);
      this.#server.resume();
    });
  }

  flushed(): Promise<void> {
    return this.#alone(async () => {
      await this.#server.client.flushall();
    });
  }

  /** Replaces Redis by a replica that has missed the writes of the last `lagMs` milliseconds. */
  failedOver(lagMs: number): Promise<void> {
    return this.#alone(async () => {
      const old = this.#server;
      const replica = await RedisServer.start(...DISKLESS);
      this.#server = replica;
      await replica.replicate(old);
      await replica.promote();
      await sleep(lagMs);
      await old.stop();
      for (const line of this.lines) {
        line.target = replica.port;
        line.cut();
      }
    });
  }

  /** Waits until the current Redis fault is over, and then stops Redis. */
  async stop(): Promise<void> {
    await this.#alone(() => this.#server.stop());
    for (const line of this.lines) line.close();
  }

  #alone(act: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(act);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
