/**
 * Runs the whole system in this process on free ports: a hub, an agent whose VMs are processes, and users.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RuntimeKind } from '@unicore/agent';
import type { UniCore } from '@unicore/client/sdk';
import { systemClock } from '@unicore/protocol';
import { type App, createApp } from '@unicore/server/app';
import { LocalWorld } from '@unicore/server/backplane';
import { parseConfig } from '@unicore/server/config';
import type { LineProxy } from '@unicore/server/testing';
import { pino } from 'pino';
import { joinTokenOf, LocalAgent } from './agent.ts';
import { Users } from './users.ts';

const log = pino({ level: 'silent' });

export interface WorldOptions {
  readonly runtime?: RuntimeKind;
  /** Additional origins whose pages may connect, such as the origin of a line proxy. */
  readonly origins?: readonly string[];
  /** Age at which the hub renews sockets, in seconds. */
  readonly rotateSeconds?: number;
  /** Time limit for peers to move to another hub when their hub stops, in seconds. */
  readonly drainSeconds?: number;
  /** URL of the Redis that hubs share. Without it, they share a backplane in this process. */
  readonly redis?: string;
  /** Line through which the agent reaches the hub. */
  readonly agentVia?: Pick<LineProxy, 'target' | 'origin'>;
}

export class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'unicore-world-'));
  readonly #options: WorldOptions;
  /** Backplane that the hubs share while several hubs run. */
  readonly #backplane = new LocalWorld(systemClock);
  readonly #users = new Users();
  readonly #agent = new LocalAgent(join(this.folder, 'agent'));
  #app: App | undefined;
  url = '';
  port = 0;

  constructor(options: WorldOptions) {
    this.#options = options;
  }

  get app(): App {
    if (this.#app === undefined) throw new Error('The hub is not running.');
    return this.#app;
  }

  /** Starts the hub on the same data and port as before. */
  async startHub(): Promise<void> {
    const { app, port, url } = await this.#hub(this.port);
    this.#app = app;
    this.port = port;
    this.url = url;
  }

  /** Starts a second hub on the same data, which replaces the first hub. The caller stops the first hub. */
  async replaceHub(): Promise<{ old: App }> {
    const old = this.app;
    const { app, port } = await this.#hub(0);
    this.#app = app;
    this.port = port;
    return { old };
  }

  async #hub(ownPort: number): Promise<{ app: App; port: number; url: string }> {
    const { origins = [], rotateSeconds, drainSeconds, redis } = this.#options;
    const options = ['--port', String(ownPort), '--data', this.folder, '--origins', origins.join(',')];
    if (rotateSeconds !== undefined) options.push('--rotate-seconds', String(rotateSeconds));
    if (drainSeconds !== undefined) options.push('--drain-seconds', String(drainSeconds));
    if (redis !== undefined) options.push('--redis', redis);
    const shared = redis === undefined ? { backplane: this.#backplane.join() } : {};
    const app = createApp(parseConfig({}, options), { log, ...shared });
    return { app, ...(await app.start()) };
  }

  async stopHub(): Promise<void> {
    await this.#app?.stop();
    this.#app = undefined;
  }

  async startAgent(): Promise<void> {
    const { runtime, agentVia } = this.#options;
    if (agentVia !== undefined) agentVia.target = this.port;
    if (this.#agent.joined) return this.#agent.start();
    await this.#agent.join(agentVia?.origin ?? this.url, await joinTokenOf(this.app), runtime);
  }

  stopAgent(): Promise<void> {
    return this.#agent.stop();
  }

  /** Returns the SDK of a user with a bearer token. `origin` is the hub's origin for this user. */
  user(name = 'ada', origin = this.url): Promise<UniCore> {
    return this.#users.sdk(this.app, name, origin);
  }

  /** Returns the SDK of the hub's owner. */
  owner(): Promise<UniCore> {
    return this.#users.owner(this.app, this.url);
  }

  /** Returns a link that signs a user's browser in. `origin` is the hub's origin for this browser. */
  link(name = 'ada', origin = this.url): Promise<string> {
    return this.#users.link(this.app, name, origin);
  }

  async close(): Promise<void> {
    this.#users.close();
    await this.stopAgent();
    await this.stopHub();
    await this.#agent[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const world = new World(options);
  await world.startHub();
  await world.startAgent();
  return world;
}
