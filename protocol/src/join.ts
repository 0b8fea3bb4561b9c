/** A hop: two channel numbers on two legs that are one channel. It changes the number and nothing else. */
import { decode, patchChannel } from './codec.ts';
import { ERRORS, type ErrorCode } from './errors.ts';
import { type FrameOf, FrameType } from './frame.ts';
import type { Leg, Port } from './leg.ts';

/** A smaller part of a message is copied: while it waits to be sent it would keep the whole message in memory. */
const COPY_BELOW = 4 * 1024;

/** One direction of a hop: bound on the leg where frames come from, it knows where they go. */
export class Hop implements Port {
  readonly leg: Leg;
  readonly ch: number;
  readonly #unbind: () => void;
  readonly #onFrame: ((bytes: number) => void) | undefined;

  constructor(leg: Leg, ch: number, unbind: () => void, onFrame?: (bytes: number) => void) {
    this.leg = leg;
    this.ch = ch;
    this.#unbind = unbind;
    this.#onFrame = onFrame;
  }

  receive(type: number, message: Uint8Array, start: number, end: number): void {
    // The whole work of a relay: the frame leaves under the number that it has on the next leg.
    patchChannel(message, start, this.ch);
    const frame = message.subarray(start, end);
    const pins = frame.length < COPY_BELOW && frame.length < message.length;
    this.leg.forward(pins ? new Uint8Array(frame) : frame);
    this.#onFrame?.(end - start);
    if (endsHop(type, message, start)) this.#unbind();
  }

  lost(code: ErrorCode): void {
    this.#unbind();
    if (this.leg.open) this.leg.send(detached(this.ch, code));
  }

  /** The channel goes on here until the acceptor, attached elsewhere, detaches this number. */
  vacate(): void {
    if (this.leg.open) this.leg.send(detached(this.ch, 'GOING_AWAY'));
  }
}

function detached(ch: number, code: ErrorCode): FrameOf<typeof FrameType.DETACHED> {
  return { type: FrameType.DETACHED, ch, code: ERRORS[code].number };
}

function endsHop(type: number, message: Uint8Array, start: number): boolean {
  if (type !== FrameType.DETACHED) return type === FrameType.RESET;
  const frame = decode(message, start).frame as FrameOf<typeof FrameType.DETACHED>;
  return frame.code !== ERRORS.GOING_AWAY.number;
}

export interface Joined {
  /** Ends the hop and tells both sides, e.g. because a right was withdrawn. */
  reset(code: ErrorCode, message: string): void;
}

/**
 * Makes one channel of `aCh` on leg `a` and `bCh` on leg `b`. Ends by itself when either leg closes (the other side is
 * sent DETACHED) or a RESET or DETACHED passes. A repeated OPEN is not passed on: leg handlers get every OPEN, may look
 * up the Hop by leg.portOf(ch), and send it on with the auth of now.
 */
export function join(
  a: Leg,
  aCh: number,
  b: Leg,
  bCh: number,
  on: { frame?: (bytes: number) => void; end?: () => void } = {},
): Joined {
  let joined = true;
  const unbind = () => {
    if (!joined) return;
    joined = false;
    a.unbind(aCh);
    b.unbind(bCh);
    on.end?.();
  };
  a.bind(aCh, new Hop(b, bCh, unbind, on.frame));
  b.bind(bCh, new Hop(a, aCh, unbind, on.frame));
  return {
    reset(code, message) {
      if (!joined) return;
      unbind();
      for (const [leg, ch] of [
        [a, aCh],
        [b, bCh],
      ] as const) {
        if (leg.open) leg.send({ type: FrameType.RESET, ch, code: ERRORS[code].number, message });
      }
    },
  };
}
