/** Returns the focus after a dialog. Kobalte focuses the dialog's trigger, but these dialogs have none. */
import { type Accessor, createComputed, on } from 'solid-js';

/**
 * A handler for onCloseAutoFocus that focuses the element that had the focus before the dialog opened. instead: the
 * element to focus if that one is gone, as a menu item is.
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
