/** Which page-wide dialog is open. At most one is, and any part of the page can open it. */
import { createSignal } from 'solid-js';

export type Overlay = 'palette' | 'help' | 'create-machine' | 'add-provider';

export const [overlay, setOverlay] = createSignal<Overlay>();

export function closeOverlay(): void {
  setOverlay(undefined);
}
