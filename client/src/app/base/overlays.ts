/** Which of the page-wide dialogs is open: one at a time, opened from anywhere. */
import { createSignal } from 'solid-js';

export type Overlay = 'palette' | 'help' | 'create-machine' | 'add-provider';

export const [overlay, setOverlay] = createSignal<Overlay>();

export function closeOverlay(): void {
  setOverlay(undefined);
}
