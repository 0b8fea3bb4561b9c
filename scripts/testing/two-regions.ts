/**
 * Two hubs in regions far from each other. Redis is in the first region. From each region, the other one's hub and Redis are
 * reached over a line with a long delay.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Agent, DEFAULT_SOCKET, joinHub, startAgent } from '@unicore/agent';
import { connectKeeper, stopKeeper } from '@unicore/agent/keeper';
import { createUniCore, type UniCore } from '@unicore/client/sdk';
import { type App, createApp } from '@unicore/server/app';
import { loginLink } from '@unicore/server/auth';
import { parseConfig } from '@unicore/server/config';
import { LineProxy } from '@unicore/server/testing';
import { RedisServer } from '@unicore/server/testing/redis';
import { pino } from 'pino';
import { expect } from 'vitest';

const log = pino({ level: 'silent' });
/** Time limit for hubs to find each other, ms; they look every 5 s. */
const KNOWN_MS = 20_000;
/** Bytes that fit into a long line: 512 KiB are on the way at once, and some more. */
const LONG_LINE_BYTES = 2 * 1024 * 1024;

export async function longLine(oneWayMs: number, target = 0): Promise<LineProxy> {
  const line = await LineProxy.open(target);
  line.delayMs = oneWayMs;
  line.queueBytes = LONG_LINE_BYTES;
  return line;
}

export interface Region {
  app: App;
  /** URL at which clients in this region reach its hub. */
  url: string;
}

export class TwoRegions {
  readonly folder = mkdtempSync(join(tmpdir(), 'unicore-regions-'));
  readonly #redis: RedisServer;
  readonly #lines: LineProxy[] = [];
  readonly #sdks: UniCore[] = [];
  readonly #oneWayMs: number;
  #agent: Agent | undefined;
  first!: Region;
  second!: Region;

  private constructor(redis: RedisServer, roundTripMs: number) {
    this.#redis = redis;
    this.#oneWayMs = roundTripMs / 2;
  }

  /**
   * direct: hubs open sockets to one another. firstIsFar: the deployment's list names the first hub by its URL in the second
   * region, for tests whose clients and agents are all in the second.
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
    world.first = await world.#hub('first', world.#redis.port, direct, firstIsFar);
    world.second = await world.#hub('second', toRedis.port, direct, false);
    await world.#known();
    return world;
  }

  async agent({ url }: Region): Promise<void> {
    const agentDir = join(this.folder, 'agent');
    const { auth } = this.first.app;
    const { secret: token } = await auth.joinToken((await auth.owner('owner')).userId);
    await joinHub({ agentDir, hub: url, token, runtime: 'process', socketPath: DEFAULT_SOCKET });
    this.#agent = await startAgent({ agentDir, log, connectKeeper: () => connectKeeper({ agentDir }) });
    await this.#agent.connected;
  }

  async user({ app, url }: Region): Promise<UniCore> {
    const { userId } = await app.auth.createUser('ada');
    const { secret } = await app.auth.bearerToken(userId);
    const unicore = createUniCore({ url, getToken: () => secret });
    this.#sdks.push(unicore);
    return unicore;
  }

  /** Signs a browser in. */
  async link({ app, url }: Region): Promise<string> {
    const { userId } = await app.auth.createUser('ada');
    return loginLink(url, (await app.auth.loginKey(userId)).secret);
  }

  async close(): Promise<void> {
    for (const sdk of this.#sdks) sdk.close();
    await this.#agent?.close();
    await Promise.all([this.first, this.second].map((region) => region?.app.stop()));
    await stopKeeper({ agentDir: join(this.folder, 'agent') });
    for (const line of this.#lines) line.close();
    await this.#redis.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Resolves when the first hub knows the second, which started later. */
  async #known(): Promise<void> {
    const list = async () => {
      const answer = await fetch(`${this.first.url}/api/system/hubs`);
      return ((await answer.json()) as unknown[]).length;
    };
    await expect.poll(list, { timeout: KNOWN_MS }).toBe(2);
  }

  async #line(long: boolean, target = 0): Promise<LineProxy> {
    const line = await (long ? longLine(this.#oneWayMs, target) : LineProxy.open(target));
    this.#lines.push(line);
    return line;
  }

  async #hub(region: string, redisPort: number, direct: boolean, far: boolean): Promise<Region> {
    const [door, peers] = [await this.#line(far), await this.#line(true)];
    // Two host names for this machine, because cookies ignore ports.
    const url = region === 'first' ? door.origin : door.origin.replace('127.0.0.1', 'localhost');
    const options = {
      port: '0',
      data: this.folder,
      region,
      redis: `redis://127.0.0.1:${redisPort}`,
      'public-url': url,
      ...(direct && { 'peer-url': peers.origin.replace('http', 'ws') }),
    };
    const argv = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    const app = createApp(parseConfig({}, argv), { log });
    const { port } = await app.start();
    door.target = port;
    peers.target = port;
    return { app, url };
  }
}
