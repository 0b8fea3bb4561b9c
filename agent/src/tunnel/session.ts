/** What happens on one connection to the hub. */
import type { FrameOf, FrameType } from '@unicore/protocol';

export interface HubSession {
  open(frame: FrameOf<typeof FrameType.OPEN>): void;
  /** A newer connection is in use: what is open goes on, and nothing new is taken from this one. */
  retire(): void;
  closed(): void;
}
