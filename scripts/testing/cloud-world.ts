/**
 * A hub in this process whose desktops run on a fake of Cloud Run. The fake runs each desktop for real: as a process
 * that dials the hub, and as a user of its own where the test runs as root.
 */
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
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
  #fake: CloudRunFake | undefined;
  #app: App | undefined;

  private constructor(port: number) {
    this.#port = port;
    this.url = `http://${HOST}:${port}`;
  }

  static async start(): Promise<CloudWorld> {
    const world = new CloudWorld(await freePort(HOST));
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
    const config = parseConfig({}, [...options, '--desktop-places', 'my-project/europe-west1:2']);
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
    return pidsWhere((args) => args.includes(command) && args.includes(this.#desktop));
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
    if (isRoot) chownSync(this.#desktop, UID, UID);
    const asUser = isRoot ? ['setpriv', `--reuid=${UID}`, `--regid=${UID}`, '--clear-groups'] : [];
    const [program = '', ...args] = [...asUser, process.execPath, MAIN, 'dial', this.#desktop];
    const run = processContainers(program, args);
    this.#fake = await startCloudRunFake({
      run: (spec) => {
        this.containers.push(spec);
        return run(spec);
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
