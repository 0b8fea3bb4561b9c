/** What one channel has to send on one leg. It makes or hands out its next frame only when there is room for it. */
import type { FrameMemory } from '../wire/index.ts';

export interface SendQueue {
  /** Lanes of one group share a turn, so that a user with many channels gets no more than a user with one. */
  readonly group: string;
  /** Bytes that wait here as whole frames; 0 where frames are made when they are asked for. */
  readonly queued: number;
  /**
   * The next frame, with at most `maxData` payload bytes where it can be cut; undefined when there is none for now. One
   * that is made for this may lie in `memory`, and is forgotten by the lane.
   */
  emit(maxData: number, memory: FrameMemory): Uint8Array | undefined;
  /** The leg is gone: nothing of this lane will be sent. */
  drop(): void;
}
