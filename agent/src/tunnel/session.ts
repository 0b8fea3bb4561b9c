/** The interface through which the tunnel uses the code that serves channels on a connection. */
import type { FrameOf, FrameType } from '@unicore/protocol';

export interface HubSession {
  open(frame: FrameOf<typeof FrameType.OPEN>): void;
  /**
   * Called when a newer connection replaces this one. Open channels continue on this connection, but new
   * channels are refused.
   */
  retire(): void;
  closed(): void;
}
