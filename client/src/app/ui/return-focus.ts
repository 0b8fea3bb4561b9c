/**
 * Gives back the focus after a dialog has closed. Kobalte focuses the button that opened a dialog, but these
 * dialogs have no such button.
 */
import { type Accessor, createComputed, on } from 'solid-js';

/**
 * Returns a handler for onCloseAutoFocus. The handler focuses the element that had the focus before the
 * dialog opened. instead: returns the element to focus if the former element no longer exists, such as a menu
 * item.
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
