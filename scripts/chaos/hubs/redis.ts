/**
 * The Redis that several hubs share. Each hub reaches it through a proxy of its own, so that one hub can be cut off, or
 * all hubs moved to a replica.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LineProxy } from '@unicore/server/testing';
import { RedisServer } from '@unicore/server/testing/redis';

/** Redis options: without them a replica writes its data to a file, and is not empty when it restarts. */
const DISKLESS = ['--repl-diskless-load', 'on-empty-db'];

export class SharedRedis {
  /** Proxies to Redis, one for each hub; empty in runs without faults of Redis. */
  readonly lines: readonly LineProxy[];
  #server: RedisServer;
  /** Settles when the current fault of Redis is over. Faults run one at a time. */
  #turn: Promise<void> = Promise.resolve();

  private constructor(server: RedisServer, lines: readonly LineProxy[]) {
    this.#server = server;
    this.lines = lines;
  }

  /** lines: number of proxies, one for each hub. */
  static async start(lines: number): Promise<SharedRedis> {
    const server = await RedisServer.start(...DISKLESS);
    const opened = await Promise.all(Array.from({ length: lines }, () => LineProxy.open(server.port)));
    return new SharedRedis(server, opened);
  }

  /** Redis URL for the configuration of one hub. */
  url(hub: number): string {
    return `redis://127.0.0.1:${(this.lines[hub] ?? this.#server).port}`;
  }

  /** Kills Redis (SIGKILL) and starts it empty after `ms`. */
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

  /** Replaces Redis by a replica that has missed the writes of the last `lagMs`. */
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

  /** Stops Redis, after the current fault is over. */
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
