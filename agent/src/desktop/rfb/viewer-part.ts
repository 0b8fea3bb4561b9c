/** What the owner gets of a viewer's stream, in order. */
import type { Key } from './held-input.ts';

export type Part =
  /** One or more messages for the server. */
  | { readonly kind: 'forward'; readonly bytes: Uint8Array }
  /**
   * A key, which the owner may bring to the desktop in any way. `bytes` is the message that does so by RFB. Keys
   * come as parts only if private messages are agreed; otherwise they are among the messages to forward.
   */
  | ({ readonly kind: 'key'; readonly isDown: boolean; readonly bytes: Uint8Array } & Key)
  /** A private message. The owner itself judges whether this viewer may send it. */
  | { readonly kind: 'private'; readonly op: number; readonly payload: Uint8Array }
  /** A text of the clipboard was too large and does not reach the desktop. */
  | { readonly kind: 'refused'; readonly reason: string };

/** How often a viewer used the desktop. Requests for updates, and what was dropped, are not use. */
export interface Activity {
  keys: number;
  pointer: number;
  clipboard: number;
}
