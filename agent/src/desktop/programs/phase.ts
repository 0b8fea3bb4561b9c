/** The phases of a desktop, as its programs reach them. */
import type { ErrorCode } from '@unicore/protocol';

export interface Phase {
  /**
   * `booting`: Xvnc is starting. `painting`: Chromium was started and shows nothing yet. `running`: a picture
   * was seen. `ended`: the desktop was told to end, and no program is left. `failed`: the desktop ended by
   * itself. When a crashed program is restarted, the phase goes back to `booting` or `painting`.
   */
  readonly name: 'booting' | 'painting' | 'running' | 'ended' | 'failed';
  /** When the phase began, in ms since 1970. */
  readonly at: number;
  /** Why the phase began, if that is not obvious. For `failed` it includes the program's last lines of output. */
  readonly reason?: string;
  /** The error code; set for `failed` only. */
  readonly code?: ErrorCode;
}
