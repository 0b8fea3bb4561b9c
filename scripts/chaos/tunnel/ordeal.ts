/** The whole run: channels that talk, faults that follow the plan, and what came of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { seeded } from '../random.ts';
import { type FromConsumer, type Gap, now } from './contract.ts';
import { commit } from './faults.ts';
import { type Fault, isKill, makePlan, type Step } from './plan.ts';
import { type Committed, Resumes, type Row } from './resumes.ts';
import { Stage } from './stage.ts';

/** With a VM each, as a VM has at most 32 terminals. */
const CONSUMERS = 2;
/** For all programs to start, and to end; limits for hangs only. */
const START_LIMIT_MS = 60_000;
const END_LIMIT_MS = 30_000;
/** A silence that is worth a line in the log, ms. */
const LONG_MS = 1_000;
/** A channel that has not come back by then is lost. */
const BACK_LIMIT_MS = 20_000;

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
  readonly #resumes = new Resumes();
  readonly #failed = Promise.withResolvers<never>();
  readonly #flowing = new Set<number>();
  readonly #done = new Set<number>();
  readonly #bytes = { down: 0, up: 0 };
  #isBroken = false;
  #began = 0;
  /** Called when a consumer has said something. */
  #heard: () => void = () => undefined;

  constructor(options: OrdealOptions, signal?: AbortSignal) {
    this.#options = options;
    this.#stage = new Stage({
      consumers: CONSUMERS,
      said: (message) => this.#said(message),
      died: (what, how) => this.#fail(`The ${what} ${how}.`),
    });
    this.#failed.promise.catch(() => undefined);
    signal?.addEventListener('abort', () => this.#failed.reject(new Error('stopped')));
  }

  all(): Promise<Outcome> {
    return Promise.race([this.#all(), this.#failed.promise]);
  }

  close(): Promise<void> {
    return this.#stage.close({ keepLogs: this.#isBroken || this.#options.keepLogs === true });
  }

  async #all(): Promise<Outcome> {
    const { channels, kills, seed } = this.#options;
    await this.#stage.start();
    this.#talk();
    await this.#until(() => this.#flowing.size === channels, START_LIMIT_MS, 'The programs have not started');
    this.#began = now();
    const plan = makePlan(seeded(seed), kills, CONSUMERS);
    let done = 0;
    for (const step of plan) {
      await this.#step(step);
      done += step.faults.filter(isKill).length;
      this.#options.progress?.(done);
    }
    const tookMs = now() - this.#began;
    for (let consumer = 0; consumer < CONSUMERS; consumer++) this.#stage.tell(consumer, { type: 'finish' });
    await this.#until(() => this.#done.size === channels, END_LIMIT_MS, 'Not every channel has ended');
    const [rows, total] = [this.#resumes.rows(), this.#resumes.total()];
    return { bytes: this.#bytes, rows, total, tookMs, logs: this.#stage.logs };
  }

  #talk(): void {
    const { rate, seed } = this.#options;
    for (let consumer = 0; consumer < CONSUMERS; consumer++) {
      const vmId = this.#stage.vmIds[consumer]!;
      const places = this.#channelsOf(consumer).map((channel) => ({
        channel,
        vmId,
        terminalId: `t${channel}`,
      }));
      const url = this.#stage.consumerLines[consumer]!.origin;
      const { token } = this.#stage;
      this.#stage.tell(consumer, { type: 'start', url, token, places, rate, seed: seed + consumer });
    }
  }

  #channelsOf(consumer: number): number[] {
    return Array.from({ length: this.#options.channels }, (_, channel) => channel).filter(
      (channel) => channel % CONSUMERS === consumer,
    );
  }

  async #step({ faults, wait, pauseMs }: Step): Promise<void> {
    const committed = await Promise.all(faults.map((fault) => this.#commit(fault)));
    if (wait === 'whole') {
      const killed = committed.filter((_, index) => isKill(faults[index]!));
      const missing = () => killed.flatMap((fault) => this.#resumes.missing(fault));
      const what = () =>
        `After "${killed.map(({ name }) => name).join(', ')}" channels ${missing()} are lost`;
      await this.#until(() => missing().length === 0, BACK_LIMIT_MS, what);
    }
    await sleep(pauseMs);
  }

  async #commit(fault: Fault): Promise<Committed> {
    const all = Array.from({ length: this.#options.channels }, (_, channel) => channel);
    const channels = fault.name.startsWith('consumer') ? this.#channelsOf(fault.consumer) : all;
    const committed: Committed = {
      name: fault.name,
      channels: new Set(channels),
      from: now(),
      to: undefined,
    };
    this.#resumes.begin(committed);
    const which = fault.name.startsWith('consumer') ? `${fault.name} (${fault.consumer})` : fault.name;
    this.#stage.note(which);
    await commit(this.#stage, fault);
    committed.to = now();
    this.#stage.note(`undone: ${which}`);
    return committed;
  }

  #said(message: FromConsumer): void {
    if (message.type === 'flowing') this.#flowing.add(message.channel);
    else if (message.type === 'gap') {
      if (this.#began > 0 && message.to >= this.#began) this.#gap(message);
    } else if (message.type === 'done') {
      this.#done.add(message.channel);
      this.#bytes.down += message.down;
      this.#bytes.up += message.up;
    } else this.#fail(`Channel ${message.channel}: ${message.message}.`);
    this.#heard();
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

  async #until(holds: () => boolean, limitMs: number, complaint: string | (() => string)): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#heard = () => holds() && resolve();
    this.#heard();
    const limit = setTimeout(() => {
      const said = typeof complaint === 'string' ? complaint : complaint();
      this.#fail(`${said} after ${limitMs / 1000} s.`);
    }, limitMs);
    await promise.finally(() => clearTimeout(limit));
    this.#heard = () => undefined;
  }
}
