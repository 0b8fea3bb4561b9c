/**
 * Carries out the orders for one start of a desktop, one step at a time, and reports what it observes. A desktop is
 * started at most once. The steps that end and remove it are repeated until they succeed.
 */
import { Backoff, type Clock, UniCoreError } from '@unicore/protocol';
import type { DesktopObserved, DesktopOrder, DesktopPhase, DesktopRef } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import type { HolderStatus, Limits } from '../holder/index.ts';
import type { DesktopLauncher, Outcome } from '../launch/index.ts';
import { type HolderConnection, HolderLink } from '../link/index.ts';
import { type Entry, firstPhase } from './saved-desktops.ts';
import { type Cause, isFinal, short, verdictOf } from './verdict.ts';

const RETRY = { first: 500, most: 10_000 };
/** Time limit for a holder to end its programs, ms. After that, the launcher ends them. */
const END_MS = 10_000;

const ORDERED: Cause = { code: null, reason: null };
const SUPERSEDED: Cause = {
  code: 'SUPERSEDED',
  reason: 'A newer start of this session has taken the place of this one.',
};

export interface DesktopWorkerOptions {
  launcher: DesktopLauncher;
  clock: Clock;
  random: () => number;
  log: Logger;
  /** Resolves when nothing is left of the older starts of this session. This start waits for that. */
  after: Promise<unknown>;
  /** Called when the observed state has changed. */
  changed(observed: DesktopObserved, before: DesktopObserved): void;
  /** Saves the worker's entry. Rejects if it cannot be written. */
  save(): Promise<void>;
}

export class DesktopWorker {
  readonly entry: Entry;
  readonly #options: DesktopWorkerOptions;
  readonly #backoff: Backoff;
  readonly #link: HolderLink;
  readonly #ref: DesktopRef;
  #observed: DesktopObserved;
  /** The last status that the holder has reported. */
  #last: HolderStatus | undefined;
  /** Why the desktop should end. It is undefined while it should run. */
  #cause: Cause | undefined;
  #mayStart = false;
  /** True if the desktop would have been started already, but waits for the older starts to end. */
  #waiting = false;
  /** True while this run of the agent starts the desktop. Until then, a desktop that is not found is not lost. */
  #launching = false;
  #busy = false;
  #again = false;
  #stopped = false;
  #cancelRetry: (() => void) | undefined;
  #cancelBoot: (() => void) | undefined;
  readonly #looked = Promise.withResolvers<void>();
  readonly #gone = Promise.withResolvers<void>();

  constructor(entry: Entry, options: DesktopWorkerOptions) {
    const { launcher, clock, random, log } = options;
    const { order, verdict } = entry;
    this.entry = entry;
    this.#options = options;
    this.#ref = { sessionId: order.sessionId, attempt: order.attempt };
    this.#backoff = new Backoff({ ...RETRY, random });
    this.#cause = order.desired === 'ended' ? ORDERED : undefined;
    this.#observed =
      verdict && entry.gone
        ? verdict
        : { ...this.#ref, phase: firstPhase(entry), code: null, reason: null, isolation: null, use: null };
    this.#link = new HolderLink(limitsOf(order), {
      connect: () => launcher.connect(this.#ref),
      clock,
      random,
      log,
      status: (status) => this.#told(status),
      unreachable: () => {
        this.#looked.resolve();
        this.look();
      },
    });
    if (entry.gone) this.#gone.resolve();
    else this.#limitBoot();
    void options.after.then(() => {
      this.#mayStart = true;
      if (this.#waiting) this.#lookAgain();
    });
  }

  get observed(): DesktopObserved {
    return this.#observed;
  }

  get ref(): DesktopRef {
    return this.#ref;
  }

  /** Resolves when the state of the desktop was checked, or cannot be checked now. */
  get looked(): Promise<void> {
    return this.#looked.promise;
  }

  /** Resolves when nothing of the desktop is left. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  /** Takes a newer order for the same start. A start that was ordered to end never runs again. */
  apply(order: DesktopOrder): void {
    const ended = this.entry.order.desired === 'ended';
    this.entry.order = ended ? { ...order, desired: 'ended' } : order;
    this.#link.limit(limitsOf(order));
    if (!ended && order.desired === 'ended') this.#endBecause(ORDERED);
  }

  /** Ends this start, because the hub has ordered a newer start of the same session. */
  supersede(): void {
    this.#endBecause(SUPERSEDED);
  }

  /**
   * Compares the desktop with its order and takes the next step. If a step is running, this happens after that
   * step.
   */
  look(): void {
    if (this.entry.gone) this.#looked.resolve();
    else this.#lookAgain();
  }

  /**
   * Returns the connection to the holder. Throws LEG_LOST while the holder is not connected, and SESSION_ENDED
   * if the desktop is ending or over.
   */
  holder(): HolderConnection {
    if (!this.#cause && !this.entry.verdict) return this.#link.get();
    throw new UniCoreError('SESSION_ENDED', 'The desktop has ended. Create a new one.');
  }

  /** Stops the worker. The desktop keeps running. */
  close(): void {
    this.#stopped = true;
    this.#cancelRetry?.();
    this.#cancelBoot?.();
    this.#link.close();
  }

  // ---- The steps of a worker

  #lookAgain(): void {
    this.#cancelRetry?.();
    this.#again = true;
    if (!this.#busy && !this.#stopped) void this.#run();
  }

  async #run(): Promise<void> {
    this.#busy = true;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      try {
        await this.#step();
        this.#backoff.reset();
      } catch (error) {
        this.#troubled(asUniCoreError(error));
      }
    }
    this.#busy = false;
  }

  async #step(): Promise<void> {
    const { entry } = this;
    if (entry.gone) return;
    if (!entry.verdict) await this.#advance();
    if (entry.verdict) await this.#clear(entry.verdict);
  }

  async #advance(): Promise<void> {
    const presence = await this.#options.launcher.find(this.#ref);
    if (presence.state === 'over') return this.#judge(presence.outcome);
    if (presence.state === 'alive') return this.#cause ? this.#end(this.#cause) : this.#attend();
    if (this.#cause || (this.entry.started && !this.#launching)) return this.#judge(null);
    if (this.#mayStart) return this.#launch();
    this.#waiting = true;
    this.#looked.resolve();
  }

  async #launch(): Promise<void> {
    const { launcher, save } = this.#options;
    this.#launching = true;
    this.#say('launching');
    this.#looked.resolve();
    try {
      if (!this.entry.started) {
        this.entry.started = true;
        await save();
      }
      await launcher.start(this.entry.order);
      this.#launching = false;
    } catch (error) {
      const { code, message: reason } = asUniCoreError(error);
      // The engine may answer again before the time limit of the start, so the start is tried again.
      if (code === 'RUNTIME_UNAVAILABLE') throw error;
      this.#cause ??= { code, reason };
    }
    this.#again = true;
  }

  #attend(): void {
    this.entry.started = true;
    this.#launching = false;
    if (this.#observed.phase === 'launching') this.#say('booting');
    this.#link.start();
  }

  async #end(why: Cause): Promise<void> {
    const { launcher } = this.#options;
    this.#say('ending', why);
    const last = await this.#link.end({ code: why.code ?? 'OK', reason: why.reason ?? '' }, END_MS);
    this.#last = last ?? this.#last;
    await launcher.stop(this.#ref);
    const presence = await launcher.find(this.#ref);
    if (presence.state === 'alive')
      throw new UniCoreError('TIMEOUT', 'The desktop does not end. The agent tries again by itself.');
    await this.#judge(presence.state === 'over' ? presence.outcome : null);
  }

  async #judge(outcome: Outcome | null): Promise<void> {
    const { entry } = this;
    const evidence = { ref: this.#ref, ran: entry.ran, cause: this.#cause, outcome, last: this.#last };
    entry.verdict = verdictOf(evidence);
    this.#cancelBoot?.();
    this.#link.close();
    await this.#save();
  }

  async #clear(verdict: DesktopObserved): Promise<void> {
    this.#say('ending', verdict);
    await this.#options.launcher.remove(this.#ref);
    this.entry.gone = true;
    await this.#save();
    this.#observe(verdict);
    this.#looked.resolve();
    this.#gone.resolve();
  }

  // ---- What a worker reacts to

  #told(status: HolderStatus): void {
    this.#last = status;
    this.#looked.resolve();
    if (this.#cause || this.entry.verdict) return;
    if (isFinal(status.phase)) return this.#endBecause(status);
    if (status.phase === 'running' && !this.entry.ran) {
      this.entry.ran = true;
      this.#cancelBoot?.();
      void this.#save();
    }
    this.#say(status.phase, status);
  }

  /** Ends the desktop for this reason. If the holder does not end by itself, the launcher ends it. */
  #endBecause({ code, reason }: Cause): void {
    if (this.#cause || this.entry.verdict) return;
    this.#cause = { code, reason };
    this.#say('ending', this.#cause);
    this.look();
  }

  /**
   * Limits the time until the first picture. After a restart of the agent the whole time begins again, because
   * the agent does not know how long it was away.
   */
  #limitBoot(): void {
    const { bootMs } = this.entry.order;
    if (this.#cause || this.entry.verdict || this.entry.ran) return;
    this.#cancelBoot = this.#options.clock.after(bootMs, () =>
      this.#endBecause({
        code: 'LAUNCH_FAILED',
        reason: `The desktop showed no picture within ${bootMs / 1000} s. Create a new one.`,
      }),
    );
  }

  /** Trouble on the way to an end is not why the desktop ends, so it is only logged. */
  #troubled(error: UniCoreError): void {
    this.#say(this.#observed.phase, { code: error.code, reason: error.message });
    this.#looked.resolve();
    this.#cancelRetry = this.#options.clock.after(this.#backoff.next(), () => this.look());
  }

  #say(phase: DesktopPhase, { code, reason }: Cause = ORDERED): void {
    const { isolation = null, use = null } = this.#last ?? {};
    this.#observe({ ...this.#ref, phase, code, reason: short(reason), isolation, use });
  }

  #observe(observed: DesktopObserved): void {
    const before = this.#observed;
    this.#observed = observed;
    if (JSON.stringify(observed) !== JSON.stringify(before)) this.#options.changed(observed, before);
  }

  /** A failed write is only logged: after the next start of the agent, the hub sends its orders again. */
  async #save(): Promise<void> {
    const { save, log } = this.#options;
    await save().catch((error: unknown) => log.error({ err: error }, 'desktops.json could not be written'));
  }
}

function limitsOf({ lifeMs, idleMs, budget }: DesktopOrder): Limits {
  return { lifeMs, idleMs, ...(budget && { budget }) };
}

function asUniCoreError(error: unknown): UniCoreError {
  if (error instanceof UniCoreError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new UniCoreError('INTERNAL', `The agent could not do it: ${why}`, { cause: error });
}
