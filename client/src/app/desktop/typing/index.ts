/** Sends keys and texts to a desktop, from all kinds of keyboards. */
export { KeysPopover } from './keys-popover.tsx';
export { isMac } from './platform-keys.ts';
export { TouchRow } from './touch-row.tsx';
export { TypingField, type TypingFieldHandle } from './typing-field.tsx';
export { Typist } from './typist.ts';
