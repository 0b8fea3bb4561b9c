/** Keys that a keyboard may lack, or that the browser or operating system does not pass on. */

export interface SpecialKey {
  label: string;
  /** The key's names in KeyboardEvent.key and in KeyboardEvent.code. */
  key: string;
  code: string;
}

export const CTRL: SpecialKey = { label: 'Ctrl', key: 'Control', code: 'ControlLeft' };
export const ALT: SpecialKey = { label: 'Alt', key: 'Alt', code: 'AltLeft' };
const SHIFT: SpecialKey = { label: 'Shift', key: 'Shift', code: 'ShiftLeft' };
const SUPER: SpecialKey = { label: 'Super', key: 'Meta', code: 'MetaLeft' };

export const ESCAPE = named('Esc', 'Escape');
export const TAB = named('Tab', 'Tab');
export const ENTER = named('Enter', 'Enter');
export const BACKSPACE = named('⌫', 'Backspace');
export const ARROWS: readonly SpecialKey[] = [
  named('←', 'ArrowLeft'),
  named('↓', 'ArrowDown'),
  named('↑', 'ArrowUp'),
  named('→', 'ArrowRight'),
];

/** Modifier keys that stay down until the user presses them again, for combinations such as Ctrl+Tab. */
export const HELD_KEYS: readonly SpecialKey[] = [CTRL, ALT, SHIFT, SUPER];

export const SINGLE_KEYS: readonly SpecialKey[] = [
  ESCAPE,
  TAB,
  ENTER,
  named('Del', 'Delete'),
  ...Array.from({ length: 12 }, (_, index) => named(`F${index + 1}`, `F${index + 1}`)),
];

function named(label: string, key: string): SpecialKey {
  return { label, key, code: key };
}
