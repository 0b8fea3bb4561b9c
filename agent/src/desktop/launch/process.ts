/**
 * The launcher process: the holder is a daemon on this machine, in a folder of its own. If the agent is root, each
 * desktop has a user of its own; otherwise it runs as the agent's user. So it isolates less than a container.
 */
import { spawn } from 'node:child_process';
import { chown, mkdir, open } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { UniCoreError } from '@unicore/protocol';
import type { DesktopRef } from '@unicore/protocol/control';
import { z } from 'zod';
import { readJson } from '../../files/index.ts';
import { END_FILE, holdArguments } from '../holder/index.ts';
import { lastLines, MOST_TAIL_BYTES, parseStatus } from './last-status.ts';
import type { DesktopLauncher, LaunchOrder, Outcome, Presence } from './launcher.ts';
import { type Place, Places } from './place.ts';
import { killAll, type ProcessId, runs, terminate } from './processes.ts';
import { lastOf } from './untrusted-file.ts';

const HOLD = fileURLToPath(new URL('./hold.ts', import.meta.url));
/** The program unicore-desktop. */
const PROGRAM = fileURLToPath(new URL('../main.ts', import.meta.url));
/** Time in which a holder ends its programs after SIGTERM, in ms. After that, all of them are killed. */
const STOP_MS = 5_000;

const PidFile: z.ZodType<ProcessId> = z.object({ pid: z.number().int().positive(), born: z.string() });

/** The container in which the launcher itself runs, if the desktop has it for its own, as on Cloud Run. */
export interface OwnContainer {
  /** When it was started, by the machine's monotonic clock, ms. */
  startedAt: number;
}

export interface ProcessLauncherOptions {
  agentDir: string;
  /** The program that holds a desktop. Default: unicore-desktop. */
  program?: string;
  container?: OwnContainer;
}

export class ProcessLauncher implements DesktopLauncher {
  readonly #places: Places;
  readonly #program: string;
  readonly #flags: readonly string[];

  constructor({ agentDir, program = PROGRAM, container }: ProcessLauncherOptions) {
    this.#places = new Places(agentDir);
    this.#program = program;
    this.#flags = container ? ['--started', String(container.startedAt)] : ['--shares-network'];
  }

  list(): Promise<DesktopRef[]> {
    return this.#places.list();
  }

  async find(ref: DesktopRef): Promise<Presence> {
    const { sessionId, attempt } = ref;
    const known = await this.#places.list();
    if (!known.some((each) => each.sessionId === sessionId && each.attempt === attempt))
      return { state: 'absent' };
    const place = this.#places.of(ref);
    const holder = await this.#holder(place);
    if (holder && (await runs(holder))) return { state: 'alive' };
    return { state: 'over', outcome: await outcomeAt(place, holder) };
  }

  async start(order: LaunchOrder): Promise<void> {
    const place = this.#places.of(order);
    if (!(await this.#places.make(place))) return;
    await mkdir(place.home, { mode: 0o700 });
    if (place.uid !== undefined) await chown(place.home, place.uid, place.uid);
    const log = await open(place.log, 'wx', 0o600);
    try {
      const uid = place.uid === undefined ? '' : String(place.uid);
      const hold = [...holdArguments(place.home, order), ...this.#flags];
      const args = [HOLD, place.home, place.pidFile, uid, this.#program, ...hold];
      // This process is found by its HOME, like those of the desktop. So it cannot start a holder after stop().
      const child = spawn(process.execPath, args, {
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
        env: { ...process.env, HOME: place.home },
      });
      const code = await new Promise((exited, failed) => child.once('exit', exited).once('error', failed));
      if (code !== 0) throw await launchFailed(place);
    } finally {
      await log.close();
    }
  }

  connect(ref: DesktopRef): Promise<Duplex> {
    const { socket } = this.#places.of(ref);
    return new Promise((resolve, reject) => {
      const stream = connect(socket);
      stream.once('connect', () => resolve(stream));
      stream.once('error', (cause) =>
        reject(new UniCoreError('LEG_LOST', 'The holder of the desktop does not listen.', { cause })),
      );
    });
  }

  async stop(ref: DesktopRef): Promise<void> {
    const place = this.#places.of(ref);
    const holder = await this.#holder(place);
    if (holder) await terminate(holder, STOP_MS);
    await killAll(place);
  }

  async remove(ref: DesktopRef): Promise<void> {
    const place = this.#places.of(ref);
    await killAll(place);
    await this.#places.remove(place);
  }

  /** Returns undefined if the holder was not started completely, perhaps because the machine went down. */
  #holder({ pidFile }: Place): Promise<ProcessId | undefined> {
    return readJson(pidFile, PidFile, 'Delete it.').catch(() => undefined);
  }
}

async function outcomeAt({ home, log }: Place, holder: ProcessId | undefined): Promise<Outcome> {
  return {
    status: parseStatus(await lastOf(join(home, END_FILE), MOST_TAIL_BYTES)),
    exit: holder ? 'its process is gone' : 'it was not started completely',
    ms: null,
    lines: lastLines(await lastOf(log, MOST_TAIL_BYTES)),
  };
}

async function launchFailed({ log, uid }: Place): Promise<UniCoreError> {
  const lines = lastLines(await lastOf(log, MOST_TAIL_BYTES));
  const remedy =
    uid === undefined
      ? ''
      : ' As root, desktops run as users of their own: these must be able to read the folders of UniCore and Node.';
  return new UniCoreError('LAUNCH_FAILED', `The desktop's holder could not be started.${remedy}\n${lines}`);
}
