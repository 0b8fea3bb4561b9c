/** What a terminal's program wrote: the latest bytes, and where in them something may be put in between. */
import { Ring } from './ring.ts';
import { Sequences } from './sequences.ts';

/** A longer open sequence (an image, a clipboard) is not repeated to a viewer that comes in the middle of it. */
const MAX_TAIL = 64 * 1024;
/** Swallow the rest of an open string in place of its beginning: numbers that nobody has given a meaning. */
const SWALLOW = { osc: '\x1b]7718;', dcs: '\x1bP!z', string: '\x1b_', other: '' } as const;
const ESC = 0x1b;
const SPACE = 0x20;

export class Output {
  readonly ring: Ring;
  readonly #sequences = new Sequences();
  #waiting: ((offset: number) => void)[] = [];

  constructor(ring = new Ring()) {
    this.ring = ring;
  }

  get end(): number {
    return this.ring.end;
  }

  append(bytes: Uint8Array): void {
    const start = this.ring.end;
    this.ring.append(bytes);
    let done = 0;
    if (this.#waiting.length > 0) {
      done = this.#sequences.feed(bytes, true);
      if (!this.#sequences.open) this.#tell(start + done);
    }
    this.#sequences.feed(done === 0 ? bytes : bytes.subarray(done));
  }

  /** Runs at once, or with the bytes that close what is open: with the first offset where nothing is. */
  whenClosed(run: (offset: number) => void): void {
    if (this.#sequences.open) this.#waiting.push(run);
    else run(this.end);
  }

  /**
   * The sequence that is open at the offset, which is the end but for a cut character: what a parser has to be given
   * to be in the middle of it. Control characters within it have had their effect already.
   */
  openBefore(offset: number): Uint8Array {
    if (!this.#sequences.inSequence) return new Uint8Array(0);
    const { openedAt, kind } = this.#sequences;
    if (openedAt < this.ring.start || offset - openedAt > MAX_TAIL) return Buffer.from(SWALLOW[kind]);
    const bytes = this.ring.read(openedAt, offset - openedAt);
    return kind === 'dcs' ? bytes : bytes.filter((byte) => byte >= SPACE || byte === ESC);
  }

  #tell(offset: number): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const run of waiting) run(offset);
  }
}
