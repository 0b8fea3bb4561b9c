/**
 * Part of the chaos runs: runs a whole chaos test. Channels transfer bytes, faults occur as planned, and the
 * outcome is measured.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '@unicore/protocol/sim';
import { now } from '../../testing/monotonic.ts';
import { ChannelTracker } from './channel-tracker.ts';
import type { Environment, EnvironmentEvents } from './environment.ts';
import type { Gap } from './messages.ts';
import { type Fault, type FaultKind, makePlan, type Step } from './plan.ts';
import { type Committed, Resumes, type Row } from './resumes.ts';

/** If a channel transfers no bytes for longer than this time, ms, the run writes it to its log. */
const LONG_MS = 1_000;

export interface RunOptions {
  readonly kills: number;
  readonly seed: number;
  readonly channels: number;
  /** Data rate in each direction of each channel, bytes per second. */
  readonly rate: number;
  /** Keeps the folder with the logs even if the run succeeds. */
  readonly keepLogs?: boolean;
  /** Called with the number of kills (faults that close connections) that the run has caused so far. */
  progress?(kills: number): void;
}

export interface Outcome {
  readonly bytes: { readonly down: number; readonly up: number };
  readonly rows: readonly Row[];
  readonly total: Row;
  readonly tookMs: number;
  /** Path of the folder with the logs. The folder exists only if the logs were kept. */
  readonly logs: string;
}

/** A kind of chaos run: the processes that it needs (its environment), and the faults that can occur. */
export interface Scenario<S extends Environment> {
  environment(events: EnvironmentEvents): S;
  readonly faults: readonly FaultKind<S>[];
}

/**
 * Runs a chaos test. Rejects as soon as a received byte is wrong or a channel is lost. The error message
 * names the folder with the logs.
 */
export async function runChaos<S extends Environment>(
  scenario: Scenario<S>,
  options: RunOptions,
  signal?: AbortSignal,
): Promise<Outcome> {
  const run = new Run(scenario, options, signal);
  try {
    return await run.all();
  } finally {
    await run.close();
  }
}

class Run<S extends Environment> {
  readonly #faults: readonly FaultKind<S>[];
  readonly #options: RunOptions;
  readonly #environment: S;
  readonly #channels: ChannelTracker;
  readonly #resumes = new Resumes();
  readonly #failed = Promise.withResolvers<never>();
  #isBroken = false;
  /** True if the AbortSignal has asked the run to stop. */
  #isStopped = false;
  #isOver = false;

  constructor({ environment, faults }: Scenario<S>, options: RunOptions, signal?: AbortSignal) {
    this.#faults = faults;
    this.#options = options;
    this.#channels = new ChannelTracker({
      ...options,
      gap: (gap) => this.#gap(gap),
      failed: (message) => this.#fail(message),
    });
    this.#environment = environment({
      said: (message) => this.#channels.said(message),
      died: (what, how) => this.#fail(`The ${what} ${how}.`),
    });
    this.#failed.promise.catch(() => undefined);
    signal?.addEventListener('abort', () => {
      this.#isStopped = true;
      this.#failed.reject(new Error('stopped'));
    });
  }

  async all(): Promise<Outcome> {
    try {
      return await Promise.race([this.#all(), this.#failed.promise]);
    } catch (error) {
      // An error that #fail() has not reported yet is reported now, so that the logs are kept.
      if (!this.#isBroken && !this.#isStopped) this.#fail((error as Error).message);
      return this.#failed.promise;
    }
  }

  close(): Promise<void> {
    this.#isOver = true;
    return this.#environment.close({ keepLogs: this.#isBroken || this.#options.keepLogs === true });
  }

  async #all(): Promise<Outcome> {
    const { kills, seed, progress } = this.#options;
    await this.#environment.start();
    await this.#channels.start(this.#environment);
    const began = now();
    let done = 0;
    for (const step of makePlan(new Random(seed), kills, this.#faults)) {
      if (this.#isOver) return this.#failed.promise;
      await this.#step(step);
      done += step.faults.filter(({ kind }) => kind.kills).length;
      progress?.(done);
    }
    const tookMs = now() - began;
    await this.#channels.finish(this.#environment);
    const [rows, total] = [this.#resumes.rows(), this.#resumes.total()];
    return { bytes: this.#channels.bytes, rows, total, tookMs, logs: this.#environment.logs };
  }

  async #step({ faults, wait, pauseMs }: Step<S>): Promise<void> {
    await Promise.all(faults.map((fault) => this.#commit(fault)));
    const names = faults.map(({ kind }) => kind.name).join(', ');
    if (wait === 'whole') await this.#channels.whole(this.#environment, names);
    await sleep(pauseMs);
  }

  async #commit({ kind, hop, ms }: Fault<S>): Promise<void> {
    const { name, hops, ofConsumer = false } = kind;
    const channels = ofConsumer
      ? this.#channels.channelsOf(hop, this.#environment.consumers.programs.length)
      : this.#channels.all;
    const committed: Committed = { name, channels: new Set(channels), from: now(), to: undefined };
    this.#resumes.begin(committed);
    const which = hops > 1 ? `${name} (${hop})` : name;
    this.#environment.note(which);
    await kind.act(this.#environment, hop, ms);
    committed.to = now();
    this.#environment.note(`undone: ${which}`);
  }

  #gap(gap: Gap): void {
    this.#resumes.gap(gap);
    const { channel, way, from, to, detached } = gap;
    if (to - from < LONG_MS) return;
    const how = detached ? 'lost its path and was silent' : 'was silent';
    this.#environment.note(`channel ${channel} ${way} ${how} for ${Math.round(to - from)} ms`);
  }

  #fail(message: string): void {
    this.#isBroken = true;
    this.#environment.note(message);
    this.#failed.reject(new Error(`${message} Logs: ${this.#environment.logs}`));
  }
}
