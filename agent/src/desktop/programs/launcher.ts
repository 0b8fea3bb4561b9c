/**
 * Launches the programs of one desktop. The next Chromium is prepared in advance, so that a restart after a
 * crash is a quarter of a second faster: its namespace and its proxy exist already.
 */
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { reachOf } from './addresses.ts';
import { type ChromiumPipe, chromiumCommand, hasShm } from './chromium.ts';
import { type Folder, prepareFolder } from './folder.ts';
import { findIsolation, type Isolation, isolated, listenerOf, OFFLINE } from './isolation.ts';
import type { FullOptions } from './options.ts';
import { Program } from './program.ts';
import { serveProxy } from './proxy.ts';
import type { Traffic } from './traffic.ts';
import { firstDisplay, startXvnc, type Xvnc } from './xvnc.ts';

const OPENBOX_CONFIG = fileURLToPath(new URL('./openbox.xml', import.meta.url));

/** What was found out and prepared before the first program starts. */
interface Found {
  folder: Folder;
  isolation: Isolation;
  hasShm: boolean;
}

export class Launcher {
  readonly folder: Folder;
  readonly isolation: Isolation;
  readonly #options: FullOptions;
  readonly #traffic: Traffic;
  readonly #hasShm: boolean;
  readonly #env: NodeJS.ProcessEnv;
  #display = firstDisplay(process.pid);
  #next: Promise<Program>;

  private constructor(options: FullOptions, traffic: Traffic, { folder, isolation, hasShm }: Found) {
    this.folder = folder;
    this.isolation = isolation;
    this.#options = options;
    this.#traffic = traffic;
    this.#hasShm = hasShm;
    // The programs get only these variables. This process's environment may contain secrets.
    this.#env = {
      PATH: process.env.PATH,
      HOME: folder.path,
      XAUTHORITY: folder.cookie,
      LANG: 'C.UTF-8',
      TZ: options.timeZone,
      // Disables D-Bus. Otherwise Chromium would look for the D-Bus session of the machine's user.
      DBUS_SESSION_BUS_ADDRESS: 'disabled:',
      NO_AT_BRIDGE: '1',
    };
    this.#next = this.#prepare(false);
  }

  /** Number of the X display. */
  get display(): number {
    return this.#display;
  }

  static async create(options: FullOptions, traffic: Traffic): Promise<Launcher> {
    const [folder, isolation, isLarge] = await Promise.all([
      prepareFolder(options.folder),
      findIsolation(options.allowUnsandboxed),
      hasShm(),
    ]);
    return new Launcher(options, traffic, { folder, isolation, hasShm: isLarge });
  }

  /** Starts Xvnc. Resolves when it answers on its VNC socket. */
  async xvnc(): Promise<Xvnc> {
    const { paths, width, height, clock } = this.#options;
    const screen = { command: paths.xvnc, prefix: OFFLINE[this.isolation], width, height, clock };
    const xvnc = await startXvnc({ ...screen, folder: this.folder, env: this.#env, display: this.#display });
    this.#display = xvnc.display;
    return xvnc;
  }

  openbox(): Program {
    const openbox = [this.#options.paths.openbox, '--sm-disable', '--config-file', OPENBOX_CONFIG];
    const [command = '', ...args] = [...OFFLINE[this.isolation], ...openbox];
    const env = { ...this.#env, DISPLAY: `:${this.#display}` };
    return this.#program({ name: 'Openbox', command, args, env });
  }

  async chromium(): Promise<{ program: Program; pipe: ChromiumPipe }> {
    const program = await this.#next;
    this.#next = this.#prepare(true);
    program.child.stdin?.end(`:${this.#display}\n`);
    const [, , , toChromium, fromChromium] = program.child.stdio;
    const pipe = {
      toChromium: toChromium as Duplex,
      fromChromium: fromChromium as Duplex,
      closed: program.exited.then(() => {}),
    };
    for (const end of [pipe.toChromium, pipe.fromChromium]) end.on('error', () => {});
    return { program, pipe };
  }

  /** Ends the prepared Chromium, which was not used. */
  async close(): Promise<void> {
    await (await this.#next).kill();
  }

  async #prepare(isRestart: boolean): Promise<Program> {
    const { paths, scale, startUrl, extraFlags, reachable } = this.#options;
    const chromium = chromiumCommand({
      command: paths.chromium,
      profile: this.folder.profile,
      isolation: this.isolation,
      hasShm: this.#hasShm,
      ...{ scale, startUrl, extraFlags, isRestart },
    });
    const { command, args, env } = isolated(this.isolation, chromium, this.folder.policies);
    const more =
      this.isolation === 'sandboxed' ? (['pipe', 'pipe', 'ipc'] as const) : (['pipe', 'pipe'] as const);
    const program = this.#program({ name: 'Chromium', command, args, env: { ...this.#env, ...env }, more });
    if (this.isolation === 'sandboxed') {
      const listener = await listenerOf(program);
      if (listener) {
        serveProxy(listener, reachOf(reachable), this.#traffic);
        void program.exited.then(() => listener.close());
      }
    }
    return program;
  }

  #program(
    what: Pick<ConstructorParameters<typeof Program>[0], 'name' | 'command' | 'args' | 'env' | 'more'>,
  ) {
    return new Program({ ...what, cwd: this.folder.path, clock: this.#options.clock });
  }
}
