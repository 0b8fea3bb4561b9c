/**
 * A viewer's place in the output: it starts with a snapshot, takes what it can, and jumps to a new snapshot when it fell
 * too far behind.
 */
import type { PtySize } from '../../pty/index.ts';
import type { Output } from '../output/index.ts';
import { CANCEL, RESET, skippedNotice, wholeLength } from '../output/index.ts';
import type { Drawing, SizeChange } from '../screen/index.ts';

/** Lines above the screen in a jump's snapshot: it has to be quick. */
const JUMP_SCROLLBACK = 100;
const NOTHING = new Uint8Array(0);

export interface ReadPositionOptions {
  output: Output;
  /** The screen as it is now. */
  draw(scrollback?: number): Drawing;
  /** A size, as this viewer is told it. */
  notice(size: PtySize): string;
}

export class ReadPosition {
  readonly #options: ReadPositionOptions;
  /** Goes out before live output does. */
  #front: Uint8Array = NOTHING;
  /** Offset of the next live byte. */
  #at: number;
  #notices: { at: number; text: string }[] = [];

  constructor(options: ReadPositionOptions) {
    this.#options = options;
    this.#at = options.output.end;
  }

  /** Bytes that are still to come. */
  get backlog(): number {
    return this.#front.length + this.#options.output.end - this.#at;
  }

  /** The screen as it is, with all that is above it. */
  begin(): void {
    const drawing = this.#options.draw();
    this.#goOn(drawing, RESET + this.#options.notice(drawing.size));
  }

  /** Told when this place is reached. */
  tell({ at, size }: SizeChange): void {
    this.#notices.push({ at, text: this.#options.notice(size) });
  }

  /** Skips what is still to come, unless the screen as it is now takes more bytes than that. */
  jumpIfShorter(): void {
    const jump = this.#jump();
    if (jump.text.length + jump.drawing.bytes.length < this.backlog) this.#goOn(jump.drawing, jump.text);
  }

  /** last: no output follows, so nothing will complete a character that is cut. */
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
    // A character that is cut by the end of the output is left for later; one that is cut by `max` is not, as there is
    // no telling when there will be room for all of it.
    const held = this.#at + bytes.length === output.end && !last ? wholeLength(bytes) : undefined;
    const part = held === undefined ? takeWhole(bytes, max) : bytes.subarray(0, held);
    this.#at += part.length;
    return part.length > 0 ? part : undefined;
  }

  /** At the end of what was queued: what comes before the next live byte. */
  #advance(): void {
    if (this.#at < this.#options.output.ring.start) {
      const { drawing, text } = this.#jump();
      return this.#goOn(drawing, text);
    }
    let text = '';
    while (this.#notices[0]?.at === this.#at) text += this.#notices.shift()!.text;
    if (text !== '') this.#front = Buffer.from(text);
  }

  /** The screen as it is now, and what the viewer is told before it. */
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

/** At most `max` bytes from the start, ending with a whole character where that is possible. */
function takeWhole(bytes: Uint8Array, max: number): Uint8Array {
  const part = bytes.subarray(0, max);
  return part.subarray(0, wholeLength(part) || part.length);
}
