/**
 * The page-wide dialog that is open. At most one dialog is open at a time. Any part of the page can open a
 * dialog.
 */
import { createSignal } from 'solid-js';

export type Overlay = 'palette' | 'help' | 'create-machine' | 'add-provider';

export const [overlay, setOverlay] = createSignal<Overlay>();

export function closeOverlay(): void {
  setOverlay(undefined);
}
