/**
 * A viewer's position in the output. The viewer begins with a snapshot, and jumps to a new snapshot if it
 * falls too far behind.
 */
import type { PtySize } from '../../pty/index.ts';
import type { Output } from '../output/index.ts';
import { CANCEL, RESET, skippedNotice, wholeLength } from '../output/index.ts';
import type { Drawing, SizeChange } from '../screen/index.ts';

/**
 * Lines of scrollback in the snapshot to which a viewer jumps. The number is small, so that the snapshot is
 * drawn quickly.
 */
const JUMP_SCROLLBACK = 100;
const NOTHING = new Uint8Array(0);

export interface ReadPositionOptions {
  output: Output;
  /** Draws the current screen. */
  draw(scrollback?: number): Drawing;
  /** Returns the in-band notice that tells this viewer the terminal's size. */
  notice(size: PtySize): string;
}

export class ReadPosition {
  readonly #options: ReadPositionOptions;
  /** Bytes that the viewer gets before the next byte of output: a snapshot or notices. */
  #front: Uint8Array = NOTHING;
  /** Offset of the next byte of output that the viewer will get. */
  #at: number;
  #notices: { at: number; text: string }[] = [];

  constructor(options: ReadPositionOptions) {
    this.#options = options;
    this.#at = options.output.end;
  }

  /**
   * Number of bytes that the viewer must still get: the unread output, and a snapshot or notices before it.
   */
  get backlog(): number {
    return this.#front.length + this.#options.output.end - this.#at;
  }

  /** Draws a snapshot of the current screen and its whole scrollback. The viewer gets this snapshot first. */
  begin(): void {
    const drawing = this.#options.draw();
    this.#goOn(drawing, RESET + this.#options.notice(drawing.size));
  }

  /**
   * Queues a notice that the terminal's size has changed. The viewer gets the notice when it has read the
   * output up to the offset of that change.
   */
  tell({ at, size }: SizeChange): void {
    this.#notices.push({ at, text: this.#options.notice(size) });
  }

  /**
   * Replaces the backlog (the output that was not given to the viewer yet) with a snapshot, if the snapshot
   * is shorter.
   */
  jumpIfShorter(): void {
    const jump = this.#jump();
    if (jump.text.length + jump.drawing.bytes.length < this.backlog) this.#goOn(jump.drawing, jump.text);
  }

  /**
   * Returns the next bytes for the viewer, at most `max`. last: true if the program prints no more output.
   * Then an incomplete character at the end of the output is sent, too.
   */
  next(max: number, last: boolean): Uint8Array | undefined {
    const { output } = this.#options;
    if (this.#front.length === 0) this.#advance();
    if (this.#front.length > 0) {
      const part = takeWhole(this.#front, max);
      this.#front = this.#front.subarray(part.length);
      return part;
    }
    const until = this.#notices[0]?.at ?? output.end;
    const bytes = output.ring.read(this.#at, Math.min(max, until - this.#at));
    // A character that is incomplete at the end of the output waits for its remaining bytes. A character that
    // is cut by `max` does not wait, since `max` may never be large enough.
    const held = this.#at + bytes.length === output.end && !last ? wholeLength(bytes) : undefined;
    const part = held === undefined ? takeWhole(bytes, max) : bytes.subarray(0, held);
    this.#at += part.length;
    return part.length > 0 ? part : undefined;
  }

  /**
   * Queues what the viewer must get before the next byte of output: notices, or a snapshot if the ring buffer
   * has overwritten that byte.
   */
  #advance(): void {
    if (this.#at < this.#options.output.ring.start) {
      const { drawing, text } = this.#jump();
      return this.#goOn(drawing, text);
    }
    let text = '';
    while (this.#notices[0]?.at === this.#at) text += this.#notices.shift()!.text;
    if (text !== '') this.#front = Buffer.from(text);
  }

  /**
   * Draws a snapshot, and creates the sequences that precede it: a reset, the size, and the number of skipped
   * bytes.
   */
  #jump(): { drawing: Drawing; text: string } {
    const { output, draw, notice } = this.#options;
    const skipped = output.end - this.#at;
    const drawing = draw(JUMP_SCROLLBACK);
    return { drawing, text: CANCEL + RESET + notice(drawing.size) + skippedNotice(skipped) };
  }

  #goOn({ bytes, at, later }: Drawing, text: string): void {
    this.#front = Buffer.concat([Buffer.from(text), bytes]);
    this.#at = at;
    this.#notices = [];
    for (const change of later) this.tell(change);
  }
}

/** Returns the start of `bytes`, at most `max` bytes long. It ends with a complete character if possible. */
function takeWhole(bytes: Uint8Array, max: number): Uint8Array {
  const part = bytes.subarray(0, max);
  return part.subarray(0, wholeLength(part) || part.length);
}
