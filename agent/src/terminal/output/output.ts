/**
 * The latest output of a terminal's program, and the offsets at which other bytes may be inserted into the
 * output.
 */
import { Ring } from './ring.ts';
import { Sequences } from './sequences.ts';

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

  /**
   * Calls `run` with the first offset that is not inside a sequence or a character. The call comes at once,
   * or when later output reaches such an offset.
   */
  whenClosed(run: (offset: number) => void): void {
    if (this.#sequences.open) this.#waiting.push(run);
    else run(this.end);
  }

  #tell(offset: number): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const run of waiting) run(offset);
  }
}
