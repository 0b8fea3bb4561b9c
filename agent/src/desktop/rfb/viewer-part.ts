/** What the owner gets of a viewer's stream, in order. */
import type { Key } from './held-input.ts';

export type Part =
  /** One or more messages for the server. */
  | { readonly kind: 'forward'; readonly bytes: Uint8Array }
  /** A key. `bytes` is its message for the server, which the owner may send later. */
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
