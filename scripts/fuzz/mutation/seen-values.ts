/**
 * Part of the fuzz run: keeps values that a hostile peer has seen in messages and can use again in changed
 * messages: numbers, epochs (16-byte channel ids) and whole frames. They come from its own sockets and from
 * other sockets.
 */

import { MAX_DATA, MAX_DICTIONARY, MAX_META, WINDOWS } from '@unicore/protocol';
import type { Random } from '@unicore/protocol/sim';
import { Form } from '@unicore/protocol/testing';
import { framesOf, numberIn, type Part, partsOf } from './frame-layout.ts';

/**
 * How many seen numbers are kept for each field, and how many seen channel ids are kept. The newest ones are
 * kept.
 */
const KEPT = 32;
const KEPT_FRAMES = 96;

/** Numbers near the limits of integer formats and of the protocol, where off-by-one errors are likely. */
const EDGES: readonly bigint[] = [
  ...[0, 1, 2, 127, 128, 255, 256, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32],
  ...[MAX_DATA, MAX_DICTIONARY, MAX_META, WINDOWS.terminal, WINDOWS.control].flatMap((edge) => [
    edge - 1,
    edge,
    edge + 1,
  ]),
  ...[Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER],
]
  .map(BigInt)
  .concat(2n ** 53n, 2n ** 63n, 2n ** 64n - 1n);

export class SeenValues {
  /** Frames of a recorded session between honest peers, of every type and role. */
  readonly recorded: readonly Uint8Array[];
  readonly #frames: Uint8Array[] = [];
  readonly #numbers = new Map<string, bigint[]>();
  readonly #epochs: Uint8Array[] = [];

  constructor(recorded: readonly Uint8Array[]) {
    this.recorded = recorded;
  }

  /**
   * Keeps the numbers, channel ids and frames of a message, which may come from any socket. The message must
   * be valid.
   */
  see(message: Uint8Array): void {
    for (const frame of framesOf(message)) {
      keep(this.#frames, frame, KEPT_FRAMES);
      for (const part of partsOf(frame)) this.#remember(frame, part);
    }
  }

  /** Returns a frame that was sent before, in this session or in a recording. */
  frame(random: Random): Uint8Array {
    const live = this.#frames.length > 0 && (this.recorded.length === 0 || random.chance(0.7));
    return random.pick(live ? this.#frames : this.recorded).slice();
  }

  /**
   * Returns a number to write into a field of a frame: an extreme value, a value that was seen in such a
   * field, or a value near a seen value.
   */
  number(part: Part, random: Random): bigint {
    const seen = this.#numbers.get(poolOf(part));
    if (seen === undefined || random.chance(0.4)) return random.pick(EDGES);
    const [near, far] = [BigInt(random.below(3) - 1), BigInt(random.pick([0, 0, 0, WINDOWS.terminal]))];
    const value = random.pick(seen) + near + far;
    return value < 0n ? 0n : value;
  }

  epoch(random: Random): Uint8Array {
    if (this.#epochs.length === 0 || random.chance(0.2)) return random.bytes(16);
    return random.pick(this.#epochs);
  }

  #remember(frame: Uint8Array, part: Part): void {
    const { form } = part.field;
    if (form === Form.EPOCH) keep(this.#epochs, frame.slice(part.at + 2, part.at + part.size), KEPT);
    if (form === Form.EPOCH || form === Form.BOOL || form >= Form.BIN) return;
    const pool = poolOf(part);
    const seen = this.#numbers.get(pool) ?? [];
    this.#numbers.set(pool, seen);
    keep(seen, numberIn(frame, part), KEPT);
  }
}

/**
 * Returns the name of the list in which seen numbers of this field are kept. Byte offsets and flow-control
 * limits have different field names, but share one list, because they have comparable values.
 */
function poolOf({ field }: Part): string {
  return field.form === Form.U64 ? 'offset' : field.name;
}

function keep<T>(list: T[], item: T, most: number): void {
  list.push(item);
  if (list.length > most) list.shift();
}
