/** The whole run: channels that talk, faults that follow the plan, and what came of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { seeded } from '../random.ts';
import { Consumers } from './consumers.ts';
import { type Gap, now } from './contract.ts';
import { commit } from './faults.ts';
import { type Fault, isKill, makePlan, type Step } from './plan.ts';
import { type Committed, Resumes, type Row } from './resumes.ts';
import { Stage } from './stage.ts';

/** With a VM each, as a VM has at most 32 terminals. */
const CONSUMERS = 2;
/** A silence that is worth a line in the log, ms. */
const LONG_MS = 1_000;

export interface OrdealOptions {
  readonly kills: number;
  readonly seed: number;
  readonly channels: number;
  /** Bytes a second, each way of each channel. */
  readonly rate: number;
  /** Logs stay where they are even if all went well. */
  readonly keepLogs?: boolean;
  /** So many kills are done. */
  progress?(kills: number): void;
}

export interface Outcome {
  readonly bytes: { readonly down: number; readonly up: number };
  readonly rows: readonly Row[];
  readonly total: Row;
  readonly tookMs: number;
  /** Where the logs are, if they were kept. */
  readonly logs: string;
}

/** Rejects as soon as a byte is wrong or a channel is lost; the message says where the logs are. */
export async function ordeal(options: OrdealOptions, signal?: AbortSignal): Promise<Outcome> {
  const run = new Run(options, signal);
  try {
    return await run.all();
  } finally {
    await run.close();
  }
}

class Run {
  readonly #options: OrdealOptions;
  readonly #stage: Stage;
  readonly #consumers: Consumers;
  readonly #resumes = new Resumes();
  readonly #failed = Promise.withResolvers<never>();
  #isBroken = false;
  #isOver = false;

  constructor(options: OrdealOptions, signal?: AbortSignal) {
    this.#options = options;
    this.#consumers = new Consumers({
      ...options,
      gap: (gap) => this.#gap(gap),
      failed: (message) => this.#fail(message),
    });
    this.#stage = new Stage({
      consumers: CONSUMERS,
      said: (message) => this.#consumers.said(message),
      died: (what, how) => this.#fail(`The ${what} ${how}.`),
    });
    this.#failed.promise.catch(() => undefined);
    signal?.addEventListener('abort', () => this.#failed.reject(new Error('stopped')));
  }

  all(): Promise<Outcome> {
    return Promise.race([this.#all(), this.#failed.promise]);
  }

  close(): Promise<void> {
    this.#isOver = true;
    return this.#stage.close({ keepLogs: this.#isBroken || this.#options.keepLogs === true });
  }

  async #all(): Promise<Outcome> {
    const { kills, seed, progress } = this.#options;
    await this.#stage.start();
    await this.#consumers.start(this.#stage);
    const began = now();
    let done = 0;
    for (const step of makePlan(seeded(seed), kills, CONSUMERS)) {
      if (this.#isOver) return this.#failed.promise;
      await this.#step(step);
      done += step.faults.filter(isKill).length;
      progress?.(done);
    }
    const tookMs = now() - began;
    await this.#consumers.finish(this.#stage);
    const [rows, total] = [this.#resumes.rows(), this.#resumes.total()];
    return { bytes: this.#consumers.bytes, rows, total, tookMs, logs: this.#stage.logs };
  }

  async #step({ faults, wait, pauseMs }: Step): Promise<void> {
    await Promise.all(faults.map((fault) => this.#commit(fault)));
    const names = faults.map(({ name }) => name).join(', ');
    if (wait === 'whole') await this.#consumers.whole(this.#stage, names);
    await sleep(pauseMs);
  }

  async #commit(fault: Fault): Promise<void> {
    const isOfOne = fault.name.startsWith('consumer');
    const channels = isOfOne ? this.#consumers.channelsOf(fault.consumer, CONSUMERS) : this.#consumers.all;
    const committed: Committed = {
      name: fault.name,
      channels: new Set(channels),
      from: now(),
      to: undefined,
    };
    this.#resumes.begin(committed);
    const which = isOfOne ? `${fault.name} (${fault.consumer})` : fault.name;
    this.#stage.note(which);
    await commit(this.#stage, fault);
    committed.to = now();
    this.#stage.note(`undone: ${which}`);
  }

  #gap(gap: Gap): void {
    this.#resumes.gap(gap);
    const { channel, way, from, to, detached } = gap;
    if (to - from < LONG_MS) return;
    const how = detached ? 'lost its path and was silent' : 'was silent';
    this.#stage.note(`channel ${channel} ${way} ${how} for ${Math.round(to - from)} ms`);
  }

  #fail(message: string): void {
    this.#isBroken = true;
    this.#stage.note(message);
    this.#failed.reject(new Error(`${message} Logs: ${this.#stage.logs}`));
  }
}
