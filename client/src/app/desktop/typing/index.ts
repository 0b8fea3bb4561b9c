/** How keys reach a desktop. */
export { KeysPopover } from './keys-popover.tsx';
export { releaseModifiers } from './special-keys.ts';
