/** What one channel has to send on one leg. The leg asks it for the next frame when there is room for one. */
import type { FrameMemory } from '../wire/index.ts';

export interface SendQueue {
  /** The queues of one group share a turn, so a user with many channels gets no more than a user with one. */
  readonly group: string;
  /** Bytes of whole frames that wait here; 0 if frames are only made when the leg asks for them. */
  readonly queued: number;
  /**
   * Returns the next frame, or undefined if there is none now. A frame that can be split has at most `maxData` payload
   * bytes. A frame made for this call may use `memory`, and the queue must not keep it.
   */
  emit(maxData: number, memory: FrameMemory): Uint8Array | undefined;
  /** The leg closed: nothing of this send queue will be sent. */
  drop(): void;
}
