/**
 * A hub in this process whose desktops run on a fake of Cloud Run. The fake runs each desktop for real: as a process
 * that dials the hub, and as a user of its own where the test runs as root.
 */
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UniCore } from '@unicore/client/sdk';
import { type App, createApp } from '@unicore/server/app';
import { parseConfig } from '@unicore/server/config';
import {
  type CloudRunFake,
  type ContainerSpec,
  openCloudRun,
  processContainers,
  startCloudRunFake,
} from '@unicore/server/testing/cloud-run';
import { pino } from 'pino';
import { ROOT } from '../lib/paths.ts';
import { freePort } from '../lib/port.ts';
import { Users } from './users.ts';

const HOST = '127.0.0.1';
/** Chromium refuses to run as root, so a test that runs as root uses this user, which owns nothing. */
const UID = 61_237;
const isRoot = process.getuid?.() === 0;
const MAIN = join(ROOT, 'agent/src/desktop/main.ts');

export class CloudWorld implements AsyncDisposable {
  /** What the containers were started with, in order. */
  readonly containers: ContainerSpec[] = [];
  readonly url: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'unicore-cloud-'));
  readonly #desktop = mkdtempSync(join(tmpdir(), 'unicore-dial-'));
  readonly #users = new Users();
  readonly #port: number;
  /** Number of desktops that wait for a user. */
  readonly #pool: number;
  #fake: CloudRunFake | undefined;
  #app: App | undefined;

  private constructor(port: number, pool: number) {
    this.#port = port;
    this.#pool = pool;
    this.url = `http://${HOST}:${port}`;
  }

  static async start(pool = 0): Promise<CloudWorld> {
    const world = new CloudWorld(await freePort(HOST), pool);
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
    const options = ['--port', `${this.#port}`, '--public-url', this.url, '--data', this.#folder];
    const places = ['--desktop-places', 'my-project/europe-west1:2', '--desktop-pool', `${this.#pool}`];
    const config = parseConfig({}, [...options, ...places]);
    const account = config.desktopAccount;
    const cloudRun = openCloudRun({ endpoint: this.fake.address, deployment: 'hub-test', account });
    this.#app = createApp(config, { log: pino({ level: 'silent' }), cloudRun });
    await this.#app.start();
  }

  async stopHub(): Promise<void> {
    await this.#app?.stop();
    this.#app = undefined;
  }

  user(name: string): Promise<UniCore> {
    return this.#users.sdk(this.app, name, this.url);
  }

  /** Returns the pids of the processes that run this command of unicore-desktop for this world. */
  pids(command: 'dial' | 'dialler'): number[] {
    return pidsWhere((args) => args.includes(command) && args.some((arg) => arg.startsWith(this.#desktop)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#users.close();
    await this.stopHub();
    await this.#fake?.close();
    // A container takes its holder with it. Here the holder is a process that outlives a killed group.
    for (const { env } of this.containers) {
      const { sessionId } = JSON.parse(env.UNICORE_ORDER ?? '');
      for (const pid of pidsWhere(([title]) => title === `unicore-desktop ${sessionId}`)) process.kill(pid);
    }
    rmSync(this.#folder, { recursive: true, force: true });
    rmSync(this.#desktop, { recursive: true, force: true });
  }

  async #startFake(): Promise<void> {
    const asUser = isRoot ? ['setpriv', `--reuid=${UID}`, `--regid=${UID}`, '--clear-groups'] : [];
    if (isRoot) chmodSync(this.#desktop, 0o711);
    this.#fake = await startCloudRunFake({
      run: (spec) => {
        const folder = join(this.#desktop, String(this.containers.push(spec)));
        mkdirSync(folder);
        if (isRoot) chownSync(folder, UID, UID);
        const [program = '', ...args] = [...asUser, process.execPath, MAIN, 'dial', folder];
        return processContainers(program, args)(spec);
      },
    });
  }
}

function pidsWhere(matches: (args: string[]) => boolean): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && matches(commandOf(pid)));
}

function commandOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
