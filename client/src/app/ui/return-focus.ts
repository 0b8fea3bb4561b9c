/** Kobalte gives the focus back to a dialog's trigger. Ours are opened from anywhere, a terminal too. */
import { type Accessor, createComputed, on } from 'solid-js';

/**
 * For onCloseAutoFocus: puts the focus where it was when the dialog opened. instead: where to put it if that is gone,
 * as an item of a menu is.
 */
export function createReturnFocus(
  open: Accessor<boolean>,
  instead?: () => HTMLElement | undefined,
): (event: Event) => void {
  let before: Element | null = null;
  createComputed(
    on(open, (isOpen) => {
      if (isOpen) before = document.activeElement;
    }),
  );
  return (event) => {
    event.preventDefault();
    const target = before instanceof HTMLElement && before.isConnected ? before : instead?.();
    target?.focus();
  };
}
