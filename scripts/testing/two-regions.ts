/**
 * Runs two hubs in regions that are far from each other. Redis is in the first region. A line with a long
 * delay leads from each region to the other region's hub, and from the second region to Redis.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { UniCore } from '@unicore/client/sdk';
import { type App, createApp } from '@unicore/server/app';
import { parseConfig } from '@unicore/server/config';
import { LineProxy } from '@unicore/server/testing';
import { RedisServer } from '@unicore/server/testing/redis';
import { pino } from 'pino';
import { joinTokenOf, LocalAgent } from './agent.ts';
import { Users } from './users.ts';

const log = pino({ level: 'silent' });
/**
 * Time limit for the hubs to find each other, in ms. They normally need up to 5 s. The limit only detects
 * hangs.
 */
const KNOWN_MS = 60_000;
const LOOK_MS = 50;
/** Capacity of a long line for bytes in flight. A flood needs 512 KiB, and the capacity is larger. */
const LONG_LINE_BYTES = 2 * 1024 * 1024;

export async function longLine(oneWayMs: number, target = 0): Promise<LineProxy> {
  const line = await LineProxy.open(target);
  line.delayMs = oneWayMs;
  line.queueBytes = LONG_LINE_BYTES;
  return line;
}

export interface Region {
  app: App;
  /** URL at which clients in this region reach the region's hub. */
  url: string;
}

export class TwoRegions {
  readonly folder = mkdtempSync(join(tmpdir(), 'unicore-regions-'));
  readonly #redis: RedisServer;
  readonly #lines: LineProxy[] = [];
  readonly #users = new Users();
  readonly #agent = new LocalAgent(join(this.folder, 'agent'));
  readonly #oneWayMs: number;
  first!: Region;
  second!: Region;

  private constructor(redis: RedisServer, roundTripMs: number) {
    this.#redis = redis;
    this.#oneWayMs = roundTripMs / 2;
  }

  /**
   * If `direct` is true, the hubs have WebSockets to each other. If `firstIsFar` is true, the hub list names
   * the first hub by its distant address, as the second region sees it. This is for tests in which all
   * clients are in the second region. Otherwise the list names both hubs by distant addresses, so that
   * clients stay with the hub of their own region even if the machine is busy.
   */
  static async open({
    roundTripMs,
    direct = false,
    firstIsFar = false,
  }: {
    roundTripMs: number;
    direct?: boolean;
    firstIsFar?: boolean;
  }): Promise<TwoRegions> {
    const world = new TwoRegions(await RedisServer.start(), roundTripMs);
    const toRedis = await world.#line(true, world.#redis.port);
    world.first = await world.#hub('first', world.#redis.port, direct, firstIsFar ? 'far' : 'apart');
    world.second = await world.#hub('second', toRedis.port, direct, firstIsFar ? 'near' : 'apart');
    await world.#known();
    return world;
  }

  async agent({ url }: Region): Promise<void> {
    await this.#agent.join(url, await joinTokenOf(this.first.app));
  }

  user({ app, url }: Region): Promise<UniCore> {
    return this.#users.sdk(app, 'ada', url);
  }

  /** Returns a link that signs a browser in. */
  link({ app, url }: Region): Promise<string> {
    return this.#users.link(app, 'ada', url);
  }

  async close(): Promise<void> {
    this.#users.close();
    await this.#agent.stop();
    await Promise.all([this.first, this.second].map((region) => region?.app.stop()));
    await this.#agent[Symbol.asyncDispose]();
    for (const line of this.#lines) line.close();
    await this.#redis.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Resolves when the first hub knows the second hub, which started later. */
  async #known(): Promise<void> {
    const list = async () => {
      const answer = await fetch(`${this.first.url}/api/system/hubs`);
      return ((await answer.json()) as unknown[]).length;
    };
    const limit = AbortSignal.timeout(KNOWN_MS);
    while ((await list()) !== 2) {
      if (limit.aborted) throw new Error('The first hub does not know the second.');
      await sleep(LOOK_MS);
    }
  }

  async #line(long: boolean, target = 0): Promise<LineProxy> {
    const line = await (long ? longLine(this.#oneWayMs, target) : LineProxy.open(target));
    this.#lines.push(line);
    return line;
  }

  /**
   * Starts a hub. `shown` selects the hub's address in the hub list: the near or far address as seen from the
   * second region, or an address that is distant for everyone.
   */
  async #hub(
    region: string,
    redisPort: number,
    direct: boolean,
    shown: 'near' | 'far' | 'apart',
  ): Promise<Region> {
    const [door, peers] = [await this.#line(shown === 'far'), await this.#line(true)];
    const listed = shown === 'apart' ? await this.#line(true) : door;
    // The lines use two host names of this machine, because cookies do not distinguish ports.
    const named = ({ origin }: LineProxy) =>
      region === 'first' ? origin : origin.replace('127.0.0.1', 'localhost');
    const options = {
      port: '0',
      data: this.folder,
      region,
      redis: `redis://127.0.0.1:${redisPort}`,
      'public-url': named(listed),
      ...(direct && { 'peer-url': peers.origin.replace('http', 'ws') }),
    };
    const argv = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    const app = createApp(parseConfig({}, argv), { log });
    const { port } = await app.start();
    for (const line of [door, listed, peers]) line.target = port;
    return { app, url: named(door) };
  }
}
