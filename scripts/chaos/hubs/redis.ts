/**
 * One Redis for several hubs. Each hub reaches it through a proxy of its own, so that one hub can be cut off, and all
 * can be led to a replica.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LineProxy } from '@unicore/server/testing';
import { RedisServer } from '@unicore/server/testing/redis';

/** Without this, a replica keeps data in a file, and is not empty after a kill. */
const DISKLESS = ['--repl-diskless-load', 'on-empty-db'];

export class SharedRedis {
  /** One proxy per hub; none if Redis is not to be disturbed. */
  readonly lines: readonly LineProxy[];
  #server: RedisServer;
  /** Lets one act finish before the next begins. */
  #turn: Promise<void> = Promise.resolve();

  private constructor(server: RedisServer, lines: readonly LineProxy[]) {
    this.#server = server;
    this.lines = lines;
  }

  /** lines: the number of hubs that get a proxy. */
  static async start(lines: number): Promise<SharedRedis> {
    const server = await RedisServer.start(...DISKLESS);
    const opened = await Promise.all(Array.from({ length: lines }, () => LineProxy.open(server.port)));
    return new SharedRedis(server, opened);
  }

  /** The Redis URL for the configuration of this hub. */
  url(hub: number): string {
    return `redis://127.0.0.1:${(this.lines[hub] ?? this.#server).port}`;
  }

  /** Kills Redis, and starts an empty one after this time. */
  killed(ms: number): Promise<void> {
    return this.#alone(async () => {
      await this.#server.kill();
      await sleep(ms);
      await this.#server.again();
    });
  }

  /** Pauses Redis (SIGSTOP) for `ms`. */
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

  /** Kills Redis, and lets a replica take over that is `lagMs` behind. */
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

  /** Stops Redis after the current act on it. */
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
