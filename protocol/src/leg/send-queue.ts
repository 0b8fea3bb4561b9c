/**
 * The frames that one channel has to send on one leg. The leg asks for the next frame when the socket has
 * room for a frame.
 */
import type { FrameMemory } from '../wire/index.ts';

export interface SendQueue {
  /**
   * All send queues of one group share a turn. So a user with many channels can send no more than a user with
   * one channel.
   */
  readonly group: string;
  /**
   * Number of bytes in finished frames that wait in this queue. It is 0 if frames are made only when the leg
   * asks for them.
   */
  readonly queued: number;
  /**
   * Returns the next frame, or undefined if there is none now. If the frame can be split, it has at most
   * `maxData` payload bytes. If the frame is made during this call, its bytes may be in a reusable buffer
   * from `memory`. The queue must not keep such a frame, because the buffer is overwritten later.
   */
  emit(maxData: number, memory: FrameMemory): Uint8Array | undefined;
  /** Called when the leg has closed: no more frames of this send queue will be sent. */
  drop(): void;
}
