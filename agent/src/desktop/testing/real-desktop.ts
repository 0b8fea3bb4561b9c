/** A real desktop for tests: the command unicore-desktop. If the test runs as root, it runs as another user. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@unicore/protocol';
import { greet, type LocalPeer } from '../../local/index.ts';
import {
  HOLDER_SOCKET,
  type HolderMethods,
  type HolderNews,
  HolderStatus,
  holdArguments,
} from '../holder/index.ts';
import { DesktopConsumer } from './desktop-consumer.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
/**
 * The user that runs the desktop if the test runs as root, because Chromium refuses to run as root. It owns no
 * files.
 */
const DESKTOP_UID = 61_235;
const HOUR_MS = 3_600_000;
const isRoot = process.getuid?.() === 0;

export const SESSION = 'ds-test';

export class RealDesktop implements AsyncDisposable {
  readonly folder: string;
  readonly statuses: HolderStatus[] = [];
  readonly consumer: DesktopConsumer;
  readonly #child: ChildProcess;
  #peer: LocalPeer<HolderMethods> | undefined;
  #wake = Promise.withResolvers<void>();
  #said = '';

  private constructor(folder: string, flags: readonly string[]) {
    this.folder = folder;
    const asUser = isRoot
      ? ['setpriv', `--reuid=${DESKTOP_UID}`, `--regid=${DESKTOP_UID}`, '--clear-groups']
      : [];
    const limits = { scale: 1, lifeMs: HOUR_MS, idleMs: HOUR_MS, bootMs: HOUR_MS } as const;
    const hold = [...holdArguments(folder, { sessionId: SESSION, attempt: 1, ...limits }), ...flags];
    const [command = '', ...args] = [...asUser, process.execPath, MAIN, ...hold];
    this.#child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
    });
    this.consumer = new DesktopConsumer({ sessionId: SESSION, holder: () => this.#peer?.leg });
  }

  /** Starts a desktop. Resolves when its first picture was painted. */
  static async start(flags: readonly string[] = []): Promise<RealDesktop> {
    const folder = await mkdtemp(join(tmpdir(), 'unicore-desktop-'));
    if (isRoot) await chown(folder, DESKTOP_UID, DESKTOP_UID);
    const desktop = new RealDesktop(folder, flags);
    await desktop.connect();
    await desktop.reached('running');
    return desktop;
  }

  get control(): HolderMethods {
    return this.#peer!.control;
  }

  /** Connects to the holder, as a restarted agent does. */
  async connect(): Promise<void> {
    const socket = join(this.folder, HOLDER_SOCKET);
    const news: HolderNews = {
      changed: async (status) => {
        this.statuses.push(HolderStatus.parse(status));
        this.#wake.resolve();
        this.#wake = Promise.withResolvers<void>();
      },
    };
    for (;;) {
      const stream = connect(socket);
      const isUp = await once(stream, 'connect').then(
        () => true,
        () => false,
      );
      if (isUp) {
        this.#peer = await greet<HolderMethods, HolderNews>(stream, systemClock, news);
        return;
      }
      if (this.#child.exitCode !== null) throw new Error(`The holder has ended.\n${this.#said}`);
      await new Promise((soon) => setImmediate(soon));
    }
  }

  /** Disconnects from the holder, as an agent does when it dies. */
  disconnect(): void {
    this.#peer?.leg.close('LEG_LOST', 'gone');
  }

  /** Resolves when the holder has reported this phase. */
  async reached(phase: HolderStatus['phase']): Promise<HolderStatus> {
    for (;;) {
      const status = this.statuses.find((one) => one.phase === phase);
      if (status) return status;
      if (this.#child.exitCode !== null) throw new Error(`The holder is not ${phase}.\n${this.#said}`);
      await Promise.race([this.#wake.promise, once(this.#child, 'exit')]);
    }
  }

  /** Resolves when the holder has exited. */
  async exited(): Promise<void> {
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) this.#child.kill();
    await this.exited();
    await rm(this.folder, { recursive: true, force: true });
  }
}
