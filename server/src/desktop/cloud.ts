/**
 * Launches, watches and ends desktops on Cloud Run, according to their rows. Any hub may repeat any step. After an
 * error the step is repeated. An error never counts as an end: a desktop is over only if Cloud Run shows that
 * nothing of it is left.
 */
import { type Clock, UniCoreError } from '@unicore/protocol';
import type { Logger } from 'pino';
import { type CloudRunJobs, type JobRef, placeName, type Sight } from '../cloud-run/index.ts';
import type { DesktopRow, Store } from '../store/index.ts';
import type { DesktopBoot } from './boot.ts';
import { type CloudPlaces, placeNamed } from './cloud-places.ts';
import { msOf, type Prices, useOf } from './cost.ts';
import { isLaunched } from './lifecycle.ts';
import { type DesktopLimits, taskMs } from './limits.ts';
import type { DesktopPlacer } from './placer.ts';
import { desktopOfProvider } from './provider-id.ts';
import { orderOf } from './reports.ts';
import type { UnheardDesktops } from './unheard.ts';
import { type DesktopWriter, keyOf } from './writer.ts';

/** Pause before the next step of a desktop that is starting or ending, ms. */
const STEP_MS = 3_000;
/** Looks at a job that nobody wants. Those that remain after the last look are found again a minute later. */
const STRAY_LOOKS = 15;
/** After these errors, repeating the same request would not help. */
const FINAL = new Set<string>(['LAUNCH_FAILED', 'IMAGE_MISSING', 'BAD_REQUEST']);

export type CloudLauncher = Pick<CloudRunJobs, 'launch' | 'look' | 'end' | 'list' | 'close'>;
type CloudRow = DesktopRow & { place: string; jobName: string };

export interface CloudDesktopsDeps {
  store: Store;
  writer: DesktopWriter;
  placer: DesktopPlacer;
  places: CloudPlaces;
  jobs: CloudLauncher;
  boot: DesktopBoot;
  unheard: UnheardDesktops;
  limits: DesktopLimits;
  prices: Prices;
  /** The longest life of a desktop, ms. */
  mostMs: number;
  /** http(s)://host of the hubs, as desktops reach it. */
  hubUrl: string;
  clock: Clock;
  log: Logger;
  /** Returns the wall clock, ms since 1970. */
  now: () => number;
}

export class CloudDesktops {
  readonly #deps: CloudDesktopsDeps;
  /** Sessions of which a step is running. The value is true if another step was requested meanwhile. */
  readonly #busy = new Map<string, boolean>();
  readonly #timers = new Map<string, () => void>();
  #reconciling = false;
  #stopped = false;

  constructor(deps: CloudDesktopsDeps) {
    this.#deps = deps;
  }

  /** Stops all work. Another hub, or the next run of this hub, continues it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const cancel of this.#timers.values()) cancel();
    await this.#deps.jobs.close();
  }

  /** Takes the next step for a desktop, and the following steps. The steps of one desktop never overlap. */
  look(sessionId: string): void {
    if (this.#stopped) return;
    if (this.#busy.has(sessionId)) {
      this.#busy.set(sessionId, true);
      return;
    }
    this.#later(sessionId, undefined);
    this.#busy.set(sessionId, false);
    void this.#step(sessionId)
      .catch((error: unknown) => {
        this.#deps.log.warn({ err: error, desktop: sessionId }, 'a step of a desktop failed');
        return true;
      })
      .then((more) => {
        const isAsked = this.#busy.get(sessionId);
        this.#busy.delete(sessionId);
        if (isAsked) this.look(sessionId);
        else if (more) this.#later(sessionId, () => this.look(sessionId));
      });
  }

  /**
   * Called when a provider has disconnected. If it is a desktop, its container may have died, so it is checked.
   * Other providers are ignored.
   */
  disconnected(providerId: string): void {
    const { sessionId } = desktopOfProvider(providerId) ?? {};
    if (sessionId !== undefined) this.#later(sessionId, () => this.look(sessionId));
  }

  /**
   * Compares the rows with all jobs of this deployment. Ends jobs that no row wants. Checks the desktops that are
   * starting or ending, and those whose job is not shown as running.
   */
  async reconcile(): Promise<void> {
    if (this.#reconciling || this.#stopped) return;
    this.#reconciling = true;
    try {
      const { places, store, jobs, log } = this.#deps;
      const lists = (await places.all()).map((place) =>
        jobs.list(place).catch((error: unknown) => {
          log.warn({ err: error, place: placeName(place) }, 'the jobs of a place could not be listed');
          return [];
        }),
      );
      const listed = (await Promise.all(lists)).flat();
      // The rows are read after the jobs, so every job that is wanted has its row already.
      const rows = new Map((await store.desktops()).map((row) => [row.sessionId, row]));
      const running = new Set<string>();
      for (const job of listed) {
        const row = rows.get(job.sessionId);
        const isWanted =
          row?.attempt === job.attempt && row.place === placeName(job.place) && isLaunched(row.phase);
        if (!isWanted) this.#endStray(job, STRAY_LOOKS);
        else if (job.state === 'running') running.add(job.sessionId);
      }
      for (const { sessionId, launcher, phase } of rows.values()) {
        if (launcher !== 'cloud-run' || !isLaunched(phase)) continue;
        if (phase === 'ending' || phase === 'launching' || !running.has(sessionId)) this.look(sessionId);
      }
    } finally {
      this.#reconciling = false;
    }
  }

  /** Takes one step. Returns true if another step is needed soon. */
  async #step(sessionId: string): Promise<boolean> {
    const { store, jobs } = this.#deps;
    const row = await store.desktopOf(sessionId);
    if (!isOnCloudRun(row) || !isLaunched(row.phase)) return false;
    if (row.phase === 'ending') return this.#end(row);
    const sight = await jobs.look(refOf(row));
    if (row.phase === 'launching' && sight.state === 'gone') return this.#launch(row);
    if (sight.state === 'ended' || sight.state === 'gone') return this.#lost(row, sight);
    if (row.phase !== 'launching') return false;
    await this.#say(row, null, sight.reason ?? null);
    return true;
  }

  async #launch(row: CloudRow): Promise<boolean> {
    const { jobs, boot, limits, prices, mostMs, hubUrl, writer, log } = this.#deps;
    const { userId, sessionId, attempt, createdAt, image } = row;
    const env = {
      UNICORE_HUB: hubUrl,
      UNICORE_BOOT_TOKEN: await boot.offer(row),
      UNICORE_ORDER: JSON.stringify(orderOf(row, limits, prices)),
    };
    const timeoutSeconds = Math.ceil(taskMs(row, mostMs) / 1000);
    try {
      const place = placeNamed(row.place);
      await jobs.launch({ userId, sessionId, attempt, createdAt, place, image, env, timeoutSeconds });
    } catch (error) {
      if (!(error instanceof UniCoreError)) throw error;
      const { code, message: reason } = error;
      log.warn({ code, desktop: sessionId, place: row.place }, reason);
      if (code === 'NO_CAPACITY') return this.#full(row, reason);
      if (FINAL.has(code)) await writer.apply(keyOf(row), 'end', () => ({ code, reason }));
      else await this.#say(row, code, reason);
    }
    return true;
  }

  /**
   * Makes a desktop wait for another place, because this one is full. The desktop gets a new attempt number. So if
   * the request is carried out late after all, its container cannot be taken for the new one.
   */
  async #full(row: CloudRow, reason: string): Promise<boolean> {
    const { jobs, places, placer, writer } = this.#deps;
    places.full(row.place);
    // Another hub may have launched the desktop meanwhile.
    if ((await jobs.look(refOf(row))).state !== 'gone') return true;
    const attempt = row.attempt + 1;
    const { row: waiting, fits } = await writer.apply(keyOf(row), 'full', () => ({
      attempt,
      place: null,
      providerId: null,
      code: 'NO_CAPACITY',
      reason,
    }));
    if (fits) await placer.place(waiting);
    return !fits;
  }

  /** Ends a desktop whose container is gone although it should run. What is left of it is removed in later steps. */
  async #lost(row: CloudRow, { code: said = 'OK', reason: why }: Sight): Promise<boolean> {
    const unpainted = said === 'OK' ? 'LAUNCH_FAILED' : said;
    const code = row.startedAt === null ? unpainted : 'CONTAINER_LOST';
    const reason = why ?? 'Its job is gone from Cloud Run.';
    await this.#deps.writer.apply(keyOf(row), 'end', () => ({ code, reason }));
    return true;
  }

  async #end(row: CloudRow): Promise<boolean> {
    const { jobs, unheard } = this.#deps;
    let sight: Sight | undefined;
    try {
      sight = await jobs.look(refOf(row));
      return await this.#endSeen(row, sight);
    } catch (error) {
      // A place or a permission may be gone for good. What is shown as running is not over in any case.
      if (sight?.state !== 'running' && (await unheard.end(row))) return false;
      throw error;
    }
  }

  async #endSeen(row: CloudRow, { startedAt, endedAt }: Sight): Promise<boolean> {
    const { jobs, writer, now } = this.#deps;
    // If Cloud Run does not show the execution any more, the start is known only from what the hub has seen.
    const from = startedAt ?? row.startedAt;
    if (from !== null && (startedAt ?? endedAt) !== undefined) {
      const ms = Math.max(0, (endedAt ?? now()) - from);
      // If Google has recorded both start and end, these times replace earlier measurements.
      const isExact = startedAt !== undefined && endedAt !== undefined;
      const use = (old: DesktopRow) => {
        const { ms: own } = useOf(old, { ms, sentBytes: 0 });
        return { ms: isExact ? own : Math.max(own, msOf(old)), sentBytes: old.sentBytes };
      };
      await writer.update(keyOf(row), (old) => writer.spent(use(old)));
    }
    if ((await jobs.end(refOf(row))) !== 'gone') return true;
    const { code, startedAt: paintedAt } = row;
    const isFailure = paintedAt === null && code !== null && code !== 'OK';
    await writer.apply(keyOf(row), isFailure ? 'failed' : 'ended');
    return true;
  }

  /** Writes to the row why the start takes time. */
  async #say(row: CloudRow, code: string | null, reason: string | null): Promise<void> {
    await this.#deps.writer.update(keyOf(row), (old) => (old.phase === 'launching' ? { code, reason } : {}));
  }

  #endStray(job: JobRef, looks: number): void {
    if (this.#stopped || looks === 0) return;
    const { jobs, clock, log } = this.#deps;
    const { jobName, attempt } = job;
    void jobs
      .end(job)
      .catch((error: unknown) => log.warn({ err: error, jobName, attempt }, 'a job could not be ended'))
      .then((state) => {
        if (state === 'gone') log.info({ jobName, attempt }, 'a job that no desktop wants is gone');
        else clock.after(STEP_MS, () => this.#endStray(job, looks - 1));
      });
  }

  #later(sessionId: string, run: (() => void) | undefined): void {
    this.#timers.get(sessionId)?.();
    this.#timers.delete(sessionId);
    if (run && !this.#stopped) this.#timers.set(sessionId, this.#deps.clock.after(STEP_MS, run));
  }
}

function isOnCloudRun(row: DesktopRow | undefined): row is CloudRow {
  return row?.launcher === 'cloud-run' && row.place !== null && row.jobName !== null;
}

function refOf({ sessionId, attempt, place, jobName }: CloudRow): JobRef {
  return { sessionId, attempt, place: placeNamed(place), jobName };
}
