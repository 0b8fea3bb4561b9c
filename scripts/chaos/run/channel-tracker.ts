/**
 * Part of the chaos runs: controls the consumer processes. Tracks which channels transfer bytes, have resumed
 * after a fault, or have ended.
 */

import type { Program } from '../../testing/processes/program.ts';
import type { Environment } from './environment.ts';
import type { FromConsumer, Gap, ToConsumer } from './messages.ts';
import { timeLimit } from './time-limit.ts';

/**
 * Time limit for bytes to flow in all channels at the start of the run, and time limit for all channels to
 * end, ms.
 */
const START_LIMIT_MS = 60_000;
const END_LIMIT_MS = 30_000;
/**
 * A channel counts as lost if no new bytes have arrived in both directions within this time after a fault,
 * ms.
 */
const BACK_LIMIT_MS = 20_000;

export interface ChannelTrackerOptions {
  readonly channels: number;
  /** Data rate in each direction of each channel, bytes per second. */
  readonly rate: number;
  readonly seed: number;
  gap(gap: Gap): void;
  /** Called when a received byte is wrong, or when a channel transfers no bytes for too long. */
  failed(message: string): void;
}

export class ChannelTracker {
  /** Bytes received in each direction, summed over all channels that have ended. */
  readonly bytes = { down: 0, up: 0 };
  readonly #options: ChannelTrackerOptions;
  /**
   * Numbers of the channels that have not yet reached the state that the tracker waits for, such as: bytes
   * flow.
   */
  #awaited = new Set<number>();
  #question = 0;
  #allDone: () => void = () => undefined;

  constructor(options: ChannelTrackerOptions) {
    this.#options = options;
  }

  get all(): number[] {
    return Array.from({ length: this.#options.channels }, (_, channel) => channel);
  }

  /** Returns the numbers of the channels that belong to this consumer. */
  channelsOf(consumer: number, consumers: number): number[] {
    return this.all.filter((channel) => channel % consumers === consumer);
  }

  /** Resolves when bytes flow in every channel. */
  async start({ consumers }: Environment): Promise<void> {
    const { rate, seed } = this.#options;
    const { programs } = consumers;
    const flowing = this.#await(START_LIMIT_MS, 'have not started');
    for (const [index, consumer] of programs.entries()) {
      const { url, token, vmId } = consumers.access(index);
      const places = this.channelsOf(index, programs.length).map((channel) => {
        return { channel, vmId, terminalId: `t${channel}` };
      });
      tell(consumer, { type: 'start', url, token, places, rate, seed: seed + index });
    }
    await flowing;
  }

  /** Resolves when new bytes have arrived in both directions of every channel after the fault. */
  async whole(environment: Environment, after: string): Promise<void> {
    const moved = this.#await(BACK_LIMIT_MS, `have not come back after "${after}"`);
    this.#tellAll(environment, { type: 'ask', question: ++this.#question });
    await moved;
  }

  /** Stops the sending of bytes. Resolves when the two ends of every channel agree on all bytes. */
  async finish(environment: Environment): Promise<void> {
    const done = this.#await(END_LIMIT_MS, 'have not ended');
    this.#tellAll(environment, { type: 'finish' });
    await done;
  }

  said(message: FromConsumer): void {
    const { channel } = message;
    if (message.type === 'gap') return this.#options.gap(message);
    if (message.type === 'broken') return this.#options.failed(`Channel ${channel}: ${message.message}.`);
    if (message.type === 'moved' && message.question !== this.#question) return;
    if (message.type === 'done') {
      this.bytes.down += message.down;
      this.bytes.up += message.up;
    }
    this.#awaited.delete(channel);
    if (this.#awaited.size === 0) this.#allDone();
  }

  #tellAll(environment: Environment, message: ToConsumer): void {
    for (const consumer of environment.consumers.programs) tell(consumer, message);
  }

  async #await(limitMs: number, complaint: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#awaited = new Set(this.all);
    this.#allDone = resolve;
    const cancel = timeLimit(limitMs, (time) => {
      this.#options.failed(`Channels ${[...this.#awaited]} ${complaint}, ${time}.`);
    });
    await promise.finally(cancel);
  }
}

function tell(consumer: Program, message: ToConsumer): void {
  consumer.send(message);
}
