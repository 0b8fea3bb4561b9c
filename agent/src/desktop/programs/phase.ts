/** How far a desktop has come. */
import type { ErrorCode } from '@unicore/protocol';

export interface Phase {
  /**
   * `booting`: Xvnc starts. `painting`: Chromium was started and shows nothing yet. `running`: a picture was seen.
   * `ended`: it was asked to end, and no program is left. `failed`: it has ended by itself. A program that died is
   * started again, and the phase goes back to `booting` or `painting`.
   */
  readonly name: 'booting' | 'painting' | 'running' | 'ended' | 'failed';
  /** When the phase began, in ms since 1970. */
  readonly at: number;
  /** Why the phase began, if that is not obvious. For `failed`, with the last lines of the program. */
  readonly reason?: string;
  /** Set for `failed`. */
  readonly code?: ErrorCode;
}
