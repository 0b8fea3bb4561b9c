/** What a desktop has used so far. Its receipt is made of these numbers. */
import { readFile } from 'node:fs/promises';
import type { Clock } from '@unicore/protocol';

const FILE = '/proc/net/dev';
/** Place of the transmitted bytes among the numbers of an interface. */
const TRANSMITTED = 8;

export interface Usage {
  /** Bytes that all network interfaces but loopback have transmitted since the start. */
  readonly transmittedBytes: number;
  /** Seconds since the start, by a monotonic clock. */
  readonly seconds: number;
}

export class UsageMeter {
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #bytesBefore: Promise<number>;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#bytesBefore = transmitted();
  }

  async read(): Promise<Usage> {
    const transmittedBytes = Math.max(0, (await transmitted()) - (await this.#bytesBefore));
    return { transmittedBytes, seconds: (this.#clock.now() - this.#startedAt) / 1000 };
  }
}

async function transmitted(): Promise<number> {
  return transmittedOf(await readFile(FILE, 'utf8').catch(() => ''));
}

/** Adds up the transmitted bytes of a text like /proc/net/dev. Lines that are no interface count nothing. */
export function transmittedOf(text: string): number {
  return text.split('\n').reduce((sum, line) => {
    const [, name, numbers] = /^\s*([^\s:]+):(.*)$/.exec(line) ?? [];
    if (name === undefined || name === 'lo') return sum;
    return sum + (Number(numbers?.trim().split(/\s+/)[TRANSMITTED]) || 0);
  }, 0);
}
