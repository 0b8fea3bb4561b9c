/** What the tunnel needs of the code that serves channels on a connection. */
import type { FrameOf, FrameType } from '@unicore/protocol';

export interface HubSession {
  open(frame: FrameOf<typeof FrameType.OPEN>): void;
  /** A newer connection is current: open channels continue here, but no new ones are accepted. */
  retire(): void;
  closed(): void;
}
