/**
 * A hub in this process with desktops on a fake of Cloud Run. The fake really runs each desktop: as processes that
 * connect to the hub, or in a container. If the test runs as root, the processes run as another user.
 */
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
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
/** Id of the user that tests as root use for desktops, because Chromium refuses to run as root. */
const UID = 61_237;
const isRoot = process.getuid?.() === 0;
const MAIN = join(ROOT, 'agent/src/desktop/main.ts');

export interface CloudWorldOptions {
  /** Address on which the hub listens. Default: 127.0.0.1. */
  readonly host?: string;
  /** Further options on the hub's command line. */
  readonly options?: readonly string[];
  /** Runs the containers. Default: as processes of this machine. */
  readonly run?: RunContainer;
}

export class CloudWorld implements AsyncDisposable {
  /** The options of all containers so far, in the order of their start. */
  readonly containers: ContainerSpec[] = [];
  readonly url: string;
  readonly #options: CloudWorldOptions;
  readonly #folder = mkdtempSync(join(tmpdir(), 'unicore-cloud-'));
  /** The folder of each container that runs as processes. */
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
      ...['--host', host, '--port', `${port}`, '--public-url', publicUrl, '--data', this.#folder],
      ...['--desktop-places', PLACES, ...options],
    ]);
    const account = config.desktopAccount;
    const cloudRun = openCloudRun({ endpoint: this.fake.address, deployment: 'hub-test', account });
    const backplane = this.#backplane.join();
    const app = createApp(config, { log: pino({ level: 'silent' }), cloudRun, backplane });
    await app.start();
    return app;
  }

  async stopHub(): Promise<void> {
    await this.#app?.stop();
    this.#app = undefined;
  }

  /** Signs a user in. url: that of the hub. */
  user(name: string, url = this.url): Promise<UniCore> {
    return this.#users.sdk(this.app, name, url);
  }

  /** Returns the pids of this test's processes that run this command of unicore-desktop. */
  pids(command: 'dial' | 'dialler'): number[] {
    return pidsWhere(
      ({ args }) => args.includes(command) && this.#folders.some((folder) => args.includes(folder)),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#users.close();
    await this.#second?.stop();
    await this.stopHub();
    await this.#fake?.close();
    this.#line.close();
    for (const folder of [this.#folder, ...this.#folders]) rmSync(folder, { recursive: true, force: true });
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
   * Runs a container as processes. The holder has a process group of its own, but is frozen and killed with the
   * container.
   */
  async #processes(spec: ContainerSpec): Promise<Container> {
    const folder = mkdtempSync(FOLDER);
    this.#folders.push(folder);
    if (isRoot) chownSync(folder, UID, UID);
    const asUser = isRoot ? ['setpriv', `--reuid=${UID}`, `--regid=${UID}`, '--clear-groups'] : [];
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
      exited: group.exited,
    };
  }
}
