/** Keys that a keyboard may lack, or that the browser or system keeps for itself. */

export interface SpecialKey {
  label: string;
  /** X11's number of the key. */
  keysym: number;
  /** The key's name in KeyboardEvent.code. */
  code: string;
}

/** Keys that stay pressed until they are pressed again, for combinations such as Ctrl+Tab. */
export const HELD_KEYS: readonly SpecialKey[] = [
  { label: 'Ctrl', keysym: 0xffe3, code: 'ControlLeft' },
  { label: 'Alt', keysym: 0xffe9, code: 'AltLeft' },
  { label: 'Shift', keysym: 0xffe1, code: 'ShiftLeft' },
  { label: 'Super', keysym: 0xffeb, code: 'MetaLeft' },
];

export const SINGLE_KEYS: readonly SpecialKey[] = [
  { label: 'Esc', keysym: 0xff1b, code: 'Escape' },
  { label: 'Tab', keysym: 0xff09, code: 'Tab' },
  { label: 'Enter', keysym: 0xff0d, code: 'Enter' },
  { label: 'Del', keysym: 0xffff, code: 'Delete' },
  ...Array.from({ length: 12 }, (_, index) => ({
    label: `F${index + 1}`,
    keysym: 0xffbe + index,
    code: `F${index + 1}`,
  })),
];

const MODIFIERS = [
  'ControlLeft',
  'ControlRight',
  'ShiftLeft',
  'ShiftRight',
  'AltLeft',
  'AltRight',
  'MetaLeft',
  'MetaRight',
];

/**
 * Lets noVNC release the modifier keys that it believes to be pressed. Call it when its element loses the focus,
 * because the real releases then go to another element, and the keys would stay pressed on the desktop.
 */
export function releaseModifiers(target: EventTarget): void {
  for (const code of MODIFIERS) target.dispatchEvent(new KeyboardEvent('keyup', { code }));
}
