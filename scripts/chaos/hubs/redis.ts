/** The Redis of several hubs: each reaches it by a line of its own, so that one can be cut off and all led to a replica. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LineProxy } from '@unicore/server/testing';
import { RedisServer } from '@unicore/server/testing/redis';

/** Without this a replica keeps what it got in a file, and is not empty when it was killed. */
const DISKLESS = ['--repl-diskless-load', 'on-empty-db'];

export class SharedRedis {
  /** One for each hub; none where nothing is to be spoiled. */
  readonly lines: readonly LineProxy[];
  #server: RedisServer;
  /** One thing at a time is done to it. */
  #turn: Promise<void> = Promise.resolve();

  private constructor(server: RedisServer, lines: readonly LineProxy[]) {
    this.#server = server;
    this.lines = lines;
  }

  /** lines: how many hubs get one. */
  static async start(lines: number): Promise<SharedRedis> {
    const server = await RedisServer.start(...DISKLESS);
    const opened = await Promise.all(Array.from({ length: lines }, () => LineProxy.open(server.port)));
    return new SharedRedis(server, opened);
  }

  /** For the configuration of one hub. */
  url(hub: number): string {
    return `redis://127.0.0.1:${(this.lines[hub] ?? this.#server).port}`;
  }

  /** SIGKILL, and an empty one after so long. */
  killed(ms: number): Promise<void> {
    return this.#alone(async () => {
      await this.#server.kill();
      await sleep(ms);
      await this.#server.again();
    });
  }

  /** SIGSTOP for so long. */
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

  /** Killed, after a replica heard nothing of it for so long, which takes over. */
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

  /** After what is done to it now. */
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
