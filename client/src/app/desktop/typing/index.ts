/** How keys, texts and soft keyboards reach a desktop. */
export { KeysPopover } from './keys-popover.tsx';
export { isMac } from './platform-keys.ts';
export { TouchRow } from './touch-row.tsx';
export { TypingField, type TypingFieldHandle } from './typing-field.tsx';
export { Typist } from './typist.ts';
