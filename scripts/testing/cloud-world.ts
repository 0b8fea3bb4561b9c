/**
 * A hub in this process whose desktops run on a fake of Cloud Run. The fake runs each desktop for real: as processes
 * that dial the hub, or in a container. Where the test runs as root, the processes of each desktop have a user of their
 * own.
 */
import { chownSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UniCore } from '@unicore/client/sdk';
import { systemClock } from '@unicore/protocol';
import { type App, createApp } from '@unicore/server/app';
import { LocalWorld } from '@unicore/server/backplane';
import { parseConfig } from '@unicore/server/config';
import { freePort } from '@unicore/server/free-port';
import { LineProxy } from '@unicore/server/testing';
import {
  type CloudRunFake,
  type Container,
  type ContainerSpec,
  openCloudRun,
  processContainers,
  type RunContainer,
  startCloudRunFake,
} from '@unicore/server/testing/cloud-run';
import { pino } from 'pino';
import { ROOT } from '../lib/paths.ts';
import { pidsOfDesktop, pidsWhere } from './pids.ts';
import { Users } from './users.ts';

const HOST = '127.0.0.1';
/** Two places. If one is full, a desktop starts in the other. */
const PLACES = 'my-project/europe-west1:80,my-project/us-central1:80';
const FOLDER = join(tmpdir(), 'unicore-dial-');
/** Folders in which the programs of a desktop leave files, which a real container would take along. */
const SHARED = ['/tmp', '/tmp/.X11-unix', '/dev/shm'];
/**
 * Chromium refuses to run as root, so a test that runs as root uses users that own nothing. They come from a large
 * range: what a user has, belongs to one desktop of one test.
 */
const FIRST_UID = 1_700_000_000;
const UIDS = 2 ** 26;
/** How often a folder is removed again into which a program has written meanwhile. */
const REMOVALS = 10;
const isRoot = process.getuid?.() === 0;
const MAIN = join(ROOT, 'agent/src/desktop/main.ts');

export interface CloudWorldOptions {
  /** Address on which the hub listens. Default: 127.0.0.1. */
  readonly host?: string;
  /** Further options of the hub. With `--redis`, hubs share that. */
  readonly options?: readonly string[];
  /** Runs the containers. Default: as processes of this machine. */
  readonly run?: RunContainer;
}

export class CloudWorld implements AsyncDisposable {
  /** The options of all containers so far, in the order of their start. */
  readonly containers: ContainerSpec[] = [];
  readonly url: string;
  /** The data folder of the hubs. */
  readonly folder = mkdtempSync(join(tmpdir(), 'unicore-cloud-'));
  readonly #options: CloudWorldOptions;
  /** A folder for each container that consists of processes. */
  readonly #folders: string[] = [];
  readonly #users = new Users();
  readonly #backplane = new LocalWorld(systemClock);
  readonly #port: number;
  /** The connection of desktops to the hub. A test can cut it. */
  readonly #line: LineProxy;
  #fake: CloudRunFake | undefined;
  #app: App | undefined;
  #second: App | undefined;

  private constructor(options: CloudWorldOptions, port: number, line: LineProxy) {
    this.#options = options;
    this.#port = port;
    this.#line = line;
    this.url = `http://${options.host ?? HOST}:${port}`;
  }

  static async start(options: CloudWorldOptions = {}): Promise<CloudWorld> {
    const port = await freePort(options.host ?? HOST);
    const world = new CloudWorld(options, port, await LineProxy.open(port));
    await world.#startFake();
    await world.startHub();
    return world;
  }

  get app(): App {
    if (this.#app === undefined) throw new Error('The hub is not running.');
    return this.#app;
  }

  get fake(): CloudRunFake {
    if (this.#fake === undefined) throw new Error('The fake is not running.');
    return this.#fake;
  }

  async startHub(): Promise<void> {
    this.#app = await this.#hub(this.#port);
  }

  /** Starts a second hub with the same store. Returns its URL. */
  async joinHub(): Promise<string> {
    const port = await freePort(HOST);
    this.#second = await this.#hub(port);
    return `http://${HOST}:${port}`;
  }

  async #hub(port: number): Promise<App> {
    const { host = HOST, options = [] } = this.#options;
    const publicUrl = host === HOST ? this.#line.origin : this.url;
    const config = parseConfig({}, [
      ...['--host', host, '--port', `${port}`, '--public-url', publicUrl, '--data', this.folder],
      ...['--desktop-places', PLACES, ...options],
    ]);
    const account = config.desktopAccount;
    const cloudRun = openCloudRun({ endpoint: this.fake.address, deployment: 'hub-test', account });
    const shared = config.redisUrl === undefined ? { backplane: this.#backplane.join() } : {};
    const app = createApp(config, { log: pino({ level: 'silent' }), cloudRun, ...shared });
    await app.start();
    return app;
  }

  async stopHub(): Promise<void> {
    await this.#app?.stop();
    this.#app = undefined;
  }

  /** Stops all hubs at once. */
  async stopHubs(): Promise<void> {
    await Promise.all([this.#app, this.#second].map((app) => app?.stop({ drain: false })));
    this.#app = undefined;
    this.#second = undefined;
  }

  /** url: that of the hub. */
  user(name: string, url = this.url): Promise<UniCore> {
    return this.#users.sdk(this.app, name, url);
  }

  /** Returns a link that signs a browser in. */
  link(name: string): Promise<string> {
    return this.#users.link(this.app, name, this.url);
  }

  /** Returns the pids of the processes that run this command of unicore-desktop for this world. */
  pids(command: 'dial' | 'dialler'): number[] {
    return pidsWhere(
      ({ args }) => args.includes(command) && this.#folders.some((folder) => args.includes(folder)),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#users.close();
    await this.stopHubs();
    await this.#fake?.close();
    this.#line.close();
    for (const folder of [this.folder, ...this.#folders]) rmSync(folder, { recursive: true, force: true });
  }

  async #startFake(): Promise<void> {
    const run = this.#options.run ?? ((spec) => this.#processes(spec));
    this.#fake = await startCloudRunFake({
      run: (spec) => {
        this.containers.push(spec);
        return run(spec);
      },
    });
  }

  /**
   * Runs a container as processes. The holder leads a group of its own, but freezes and dies with the container. The
   * files of a container go with it.
   */
  async #processes(spec: ContainerSpec): Promise<Container> {
    const folder = mkdtempSync(FOLDER);
    this.#folders.push(folder);
    const uid = FIRST_UID + Math.floor(Math.random() * UIDS);
    if (isRoot) chownSync(folder, uid, uid);
    const asUser = isRoot ? ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'] : [];
    const [program = '', ...args] = [...asUser, process.execPath, MAIN, 'dial', folder];
    const group = await processContainers(program, args)(spec);
    const { sessionId } = JSON.parse(spec.env.UNICORE_ORDER ?? '');
    const all = (signal: NodeJS.Signals) => {
      for (const pid of pidsOfDesktop(sessionId)) process.kill(pid, signal);
    };
    return {
      pause() {
        group.pause();
        all('SIGSTOP');
      },
      resume() {
        all('SIGCONT');
        group.resume();
      },
      kill() {
        group.kill();
        all('SIGKILL');
      },
      signal: (signal) => group.signal(signal),
      cutConnections: () => this.#line.cut(),
      exited: group.exited.then((code) => {
        // Programs that were killed may not be gone yet.
        rmSync(folder, { recursive: true, force: true, maxRetries: REMOVALS });
        if (isRoot) removeFilesOf(uid);
        return code;
      }),
    };
  }
}

function removeFilesOf(uid: number): void {
  for (const folder of SHARED) {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      const owner = lstatSync(path, { throwIfNoEntry: false })?.uid;
      if (owner === uid) rmSync(path, { recursive: true, force: true });
    }
  }
}
