/**
 * All desktops of this provider. Each start of a desktop has a worker, which gets the hub's orders. Calls of
 * the hub go to the holders.
 */
import { Backoff, type Clock, type Leg, UniCoreError } from '@unicore/protocol';
import type {
  AskScreenshot,
  Control,
  DesktopObserved,
  DesktopOrder,
  DesktopRef,
  Screenshot,
  TakeControl,
} from '@unicore/protocol/control';
import type { Logger } from 'pino';
import type { DesktopLauncher } from '../launch/index.ts';
import { DesktopWorker } from './desktop-worker.ts';
import { type Entry, newEntry, SavedDesktops } from './saved-desktops.ts';
import { isFinal } from './verdict.ts';

/** Pause between two searches for desktops without an order, ms. */
const STRAYS_MS = 60_000;
const LIST_RETRY = { first: 500, most: 10_000 };

export interface DesktopsOptions {
  agentDir: string;
  launcher: DesktopLauncher;
  clock: Clock;
  random: () => number;
  log: Logger;
  /** Called when the observed state of one desktop has changed. */
  changed(desktop: DesktopObserved): void;
}

export class Desktops {
  readonly #options: DesktopsOptions;
  readonly #saved: SavedDesktops;
  readonly #workers = new Map<string, DesktopWorker>();
  /**
   * Desktops on this machine for which there is no order, for example because the agent's folder was restored
   * from a backup. The agent reports these desktops to the hub, but does not change them.
   */
  #strays = new Map<string, DesktopObserved>();
  readonly #backoff: Backoff;
  #closed = false;
  #cancelRetry: (() => void) | undefined;

  private constructor(options: DesktopsOptions, saved: SavedDesktops) {
    this.#options = options;
    this.#saved = saved;
    this.#backoff = new Backoff({ ...LIST_RETRY, random: options.random });
    const oldestFirst = saved.found.toSorted((a, b) => a.order.attempt - b.order.attempt);
    for (const entry of oldestFirst) this.#add(entry);
  }

  /** Loads the desktops that an earlier run of the agent saved. */
  static async load(options: DesktopsOptions): Promise<Desktops> {
    return new Desktops(options, await SavedDesktops.load(options.agentDir));
  }

  /** Resolves when the state of every desktop was checked, or cannot be checked now. */
  async start(): Promise<void> {
    for (const worker of this.#workers.values()) worker.look();
    await Promise.all([this.#watchStrays(), ...[...this.#workers.values()].map(({ looked }) => looked)]);
  }

  /**
   * Takes the complete list of the hub's orders. Resolves when it is saved; a failed write is only logged.
   * Forgets ended desktops that are not in the list any more.
   */
  async apply(orders: DesktopOrder[]): Promise<void> {
    const listed = new Set(orders.map(({ sessionId }) => sessionId));
    for (const worker of [...this.#workers.values()]) {
      if (worker.entry.gone && !listed.has(worker.ref.sessionId)) this.#forget(worker);
    }
    const workers = orders.flatMap((order) => this.#take(order));
    await this.#saveOrLog();
    for (const worker of workers) worker.look();
  }

  observed(): DesktopObserved[] {
    return [...this.#strays.values(), ...[...this.#workers.values()].map(({ observed }) => observed)];
  }

  /**
   * Returns the connection (leg) to the desktop's holder. Throws LEG_LOST while there is none yet. Throws
   * SESSION_ENDED or SUPERSEDED if there will be none.
   */
  holder(ref: DesktopRef): Leg {
    return this.#current(ref).holder().leg;
  }

  async desktopControl({ sessionId, attempt, ...wish }: TakeControl): Promise<Control> {
    return this.#current({ sessionId, attempt }).holder().control.control(wish);
  }

  async desktopScreenshot({ sessionId, attempt, ...wish }: AskScreenshot): Promise<Screenshot> {
    return this.#current({ sessionId, attempt }).holder().control.screenshot(wish);
  }

  /** Stops all workers. Resolves when their state is saved for the next run of the agent. The desktops keep running. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRetry?.();
    for (const worker of this.#workers.values()) worker.close();
    await this.#saveOrLog();
  }

  // ---- private methods

  /** Applies one order. Returns the new workers: one for the order itself, and those of older starts, which end now. */
  #take(order: DesktopOrder): DesktopWorker[] {
    const { sessionId, attempt } = order;
    const same = [...this.#workers.values(), ...this.#strayRefs()].filter(
      (each) => each.ref.sessionId === sessionId,
    );
    if (same.some(({ ref }) => ref.attempt > attempt)) return [];
    const known = this.#workers.get(keyOf(order));
    if (known) {
      known.apply(order);
      return [];
    }
    const older = same
      .filter(({ ref }) => ref.attempt < attempt)
      .map(({ ref }) => this.#supersede(ref, order));
    this.#strays.delete(keyOf(order));
    return [...older, this.#add(newEntry(order))];
  }

  *#strayRefs(): Generator<{ ref: DesktopRef }> {
    for (const { sessionId, attempt } of this.#strays.values()) yield { ref: { sessionId, attempt } };
  }

  /** Ends an older start of a session. If it is a stray (a desktop without an order), it gets a worker first. */
  #supersede(ref: DesktopRef, order: DesktopOrder): DesktopWorker {
    this.#strays.delete(keyOf(ref));
    return (
      this.#workers.get(keyOf(ref)) ??
      this.#add({ ...newEntry({ ...order, ...ref, desired: 'ended' }), started: true })
    );
  }

  /**
   * Adds a worker for a start. The older starts of the same session are ended, and this start waits until
   * nothing is left of them.
   */
  #add(entry: Entry): DesktopWorker {
    const { launcher, clock, random, log } = this.#options;
    const { sessionId, attempt } = entry.order;
    const older = [...this.#workers.values()].filter((each) => each.ref.sessionId === sessionId);
    for (const each of older) each.supersede();
    const worker: DesktopWorker = new DesktopWorker(entry, {
      launcher,
      clock,
      random,
      log: log.child({ session: sessionId, attempt }),
      after: Promise.all(older.map(({ gone }) => gone)),
      save: () => this.#save(),
      changed: (observed, before) => {
        const { phase, code } = observed;
        if (phase !== before.phase || code !== before.code)
          log.info({ session: sessionId, attempt, code: code ?? undefined }, `desktop ${phase}`);
        this.#options.changed(observed);
        if (isFinal(phase) && this.#isOld(worker)) this.#forget(worker);
      },
    });
    this.#workers.set(keyOf(entry.order), worker);
    return worker;
  }

  #isOld({ ref }: DesktopWorker): boolean {
    return [...this.#workers.values()].some(
      (each) => each.ref.sessionId === ref.sessionId && each.ref.attempt > ref.attempt,
    );
  }

  #forget(worker: DesktopWorker): void {
    worker.close();
    this.#workers.delete(keyOf(worker.ref));
    void this.#saveOrLog();
  }

  #current(ref: DesktopRef): DesktopWorker {
    const same = [...this.#workers.values()].filter((each) => each.ref.sessionId === ref.sessionId);
    if (same.some((each) => each.ref.attempt > ref.attempt))
      throw new UniCoreError(
        'SUPERSEDED',
        'A newer start of this desktop has taken its place. Connect to that one.',
      );
    const worker = this.#workers.get(keyOf(ref));
    if (worker) return worker;
    throw new UniCoreError('LEG_LOST', 'This desktop is not known on its machine yet. Try again.');
  }

  /**
   * Searches for desktops without an order (strays), and repeats that after a pause. After a failure the pause
   * is shorter.
   */
  async #watchStrays(): Promise<void> {
    const { clock, log } = this.#options;
    let pause = STRAYS_MS;
    try {
      await this.#findStrays();
      this.#backoff.reset();
    } catch (error) {
      log.warn({ err: error }, 'the desktops on this machine could not be listed');
      pause = this.#backoff.next();
    }
    if (!this.#closed) this.#cancelRetry = clock.after(pause, () => void this.#watchStrays());
  }

  async #findStrays(): Promise<void> {
    const { launcher, changed } = this.#options;
    const strays = new Map<string, DesktopObserved>();
    for (const ref of await launcher.list()) {
      const worker = this.#workers.get(keyOf(ref));
      // The agent may have found no desktop and reported it as lost while the engine was still starting it.
      // Such a desktop is removed.
      if (worker?.entry.gone) await launcher.remove(ref);
      if (worker) continue;
      const { state } = await launcher.find(ref);
      if (state === 'absent') continue;
      const phase = state === 'alive' ? 'running' : 'ending';
      strays.set(keyOf(ref), { ...ref, phase, code: null, reason: null, isolation: null, use: null });
    }
    const known = this.#strays;
    this.#strays = strays;
    for (const [key, stray] of strays) {
      if (this.#workers.has(key)) strays.delete(key);
      else if (!known.has(key)) changed(stray);
    }
  }

  #save(): Promise<void> {
    return this.#saved.save(() => [...this.#workers.values()].map(({ entry }) => entry));
  }

  async #saveOrLog(): Promise<void> {
    await this.#save().catch((error: unknown) =>
      this.#options.log.error({ err: error }, 'desktops.json could not be written'),
    );
  }
}

function keyOf({ sessionId, attempt }: DesktopRef): string {
  return `${sessionId} ${attempt}`;
}
