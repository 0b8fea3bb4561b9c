/**
 * Makes the frames SYNC, FIN and RESET. With these frames, one end of a channel reports its offsets or its
 * end.
 */
import { ERRORS, type ErrorCode, encode, type Frame, FrameType } from '../wire/index.ts';
import type { Incoming } from './incoming.ts';
import type { Outgoing } from './outgoing.ts';

/**
 * Makes a SYNC frame with this end's offsets in both directions. `reply` is true if the frame answers another
 * SYNC.
 */
export function syncFrame(
  attach: number,
  incoming: Incoming,
  { sentEnd }: Outgoing,
  reply: boolean,
): (ch: number) => Frame {
  const { limit } = incoming.report();
  const recvNext = incoming.next;
  return (ch) => ({ type: FrameType.SYNC, ch, attach, recvNext, limit, sentEnd, reply });
}

/** Returns the bytes of the FIN frame, once, after all earlier bytes were sent. Otherwise returns undefined. */
export function finFrame(ch: number, outgoing: Outgoing): Uint8Array | undefined {
  const fin = outgoing.takeFin();
  return fin && encode({ type: FrameType.FIN, ch, ...fin });
}

/** The only frame types that may come on an attachment before the acceptor has accepted the attachment. */
export const ANSWERS: ReadonlySet<number> = new Set([FrameType.ACCEPT, FrameType.RESET, FrameType.DETACHED]);

export function resetFrame(ch: number, code: ErrorCode, message: string): Frame {
  return { type: FrameType.RESET, ch, code: ERRORS[code].number, message };
}
