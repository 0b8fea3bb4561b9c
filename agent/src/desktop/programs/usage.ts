/** Measures what a desktop has used so far: time and sent bytes. The receipt is computed from them. */
import { readFile } from 'node:fs/promises';
import type { Clock } from '@unicore/protocol';

const FILE = '/proc/net/dev';
/** Position of the transmitted bytes in a line of /proc/net/dev. */
const TRANSMITTED = 8;

export interface Usage {
  /** Bytes that were sent to the network since the start. */
  readonly sentBytes: number;
  /** Seconds since the start, by a monotonic clock. */
  readonly seconds: number;
}

export class UsageMeter {
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #sent: () => Promise<number>;
  readonly #before: Promise<number>;

  /**
   * ageMs: time since the start of what is measured, ms. sent: returns the bytes sent so far; by default those
   * of all network interfaces except loopback.
   */
  constructor(clock: Clock, ageMs: number, sent: () => Promise<number> = transmitted) {
    this.#clock = clock;
    this.#startedAt = clock.now() - ageMs;
    this.#sent = sent;
    this.#before = sent();
  }

  async read(): Promise<Usage> {
    const sentBytes = Math.max(0, (await this.#sent()) - (await this.#before));
    return { sentBytes, seconds: (this.#clock.now() - this.#startedAt) / 1000 };
  }
}

async function transmitted(): Promise<number> {
  return transmittedOf(await readFile(FILE, 'utf8').catch(() => ''));
}

/** Adds up the transmitted bytes in a text like /proc/net/dev. Ignores lines that are not about an interface. */
export function transmittedOf(text: string): number {
  return text.split('\n').reduce((sum, line) => {
    const [, name, numbers] = /^\s*([^\s:]+):(.*)$/.exec(line) ?? [];
    if (name === undefined || name === 'lo') return sum;
    return sum + (Number(numbers?.trim().split(/\s+/)[TRANSMITTED]) || 0);
  }, 0);
}
