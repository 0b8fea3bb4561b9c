/**
 * Gives back the focus after a dialog has closed. The UI library Kobalte can only focus a trigger button that
 * belongs to the dialog. The dialogs of this page have no such button, so the focus would be lost.
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
