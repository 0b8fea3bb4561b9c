/** Sets up the desktops of an agent with a fake launcher, which answers as the test says. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { DesktopObserved, DesktopOrder } from '@unicore/protocol/control';
import { SimClock } from '@unicore/protocol/sim';
import { pino } from 'pino';
import { Desktops } from '../fleet/index.ts';
import { FakeLauncher } from './fake-launcher.ts';

const folders: string[] = [];
const all: Desktops[] = [];

/** Closes all desktops and deletes their folders. Tests call this function from `afterEach`. */
export async function closeDesktops(): Promise<void> {
  for (const desktops of all.splice(0)) await desktops.close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
}

export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'unicore-desktops-'));
  folders.push(folder);
  return folder;
}

export function order(more: Partial<DesktopOrder> = {}): DesktopOrder {
  return {
    sessionId: 'one',
    attempt: 1,
    desired: 'running',
    image: 'unicore/desktop',
    scale: 1,
    lifeMs: 3_600_000,
    idleMs: 900_000,
    // So long that simulated time does not reach it by accident while the test waits for the real disk.
    bootMs: 1e9,
    ...more,
  };
}

export interface Setup {
  clock?: SimClock;
  launcher?: FakeLauncher;
  dir?: string;
}

export async function startDesktops(given: Setup = {}) {
  const clock = given.clock ?? new SimClock();
  const launcher = given.launcher ?? new FakeLauncher(clock);
  const dir = given.dir ?? (await newFolder());
  const seen: DesktopObserved[] = [];
  const desktops = await Desktops.load({
    agentDir: dir,
    launcher,
    clock,
    random: () => 0.5,
    log: pino({ level: 'silent' }),
    changed: (desktop) => seen.push(desktop),
  });
  all.push(desktops);
  const started = desktops.start();
  const one = (sessionId = 'one') => desktops.observed().find((each) => each.sessionId === sessionId);

  /** Waits for the event loop and the disk, while simulated time stands still. */
  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await clock.advance(0);
      await turn();
    }
  }

  /** Advances simulated time in small steps until the condition is true. */
  async function wait(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await clock.advance(50);
      await turn();
    }
  }

  /** Advances simulated time until the work is done. */
  async function finished<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const over = () => {
      settled = true;
    };
    work.then(over, over);
    await wait(() => settled);
    return work;
  }

  return {
    finished,
    clock,
    launcher,
    dir,
    desktops,
    started,
    seen,
    one,
    until,
    wait,
    /** The phases of a desktop so far, without repetitions. */
    phases: (sessionId = 'one') =>
      seen
        .filter((each) => each.sessionId === sessionId)
        .map(({ phase }) => phase)
        .filter((phase, i, list) => phase !== list[i - 1]),
    phase: (phase: DesktopObserved['phase'], sessionId = 'one') =>
      until(() => one(sessionId)?.phase === phase),
    /** Starts a desktop, and waits until it runs. */
    async run(more: Partial<DesktopOrder> = {}) {
      const wanted = order(more);
      await desktops.apply([wanted]);
      await until(
        () => one(wanted.sessionId)?.phase === 'booting' && one(wanted.sessionId)?.isolation != null,
      );
      launcher
        .holder(wanted.sessionId, wanted.attempt)
        .tell({ phase: 'running', use: { ms: 1_000, sentBytes: 7 } });
      await until(() => one(wanted.sessionId)?.phase === 'running');
    },
  };
}
