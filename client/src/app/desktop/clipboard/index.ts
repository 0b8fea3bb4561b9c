/** Texts that are copied between this device and a desktop. */
export { ClipboardPopover } from './clipboard-popover.tsx';
export { createSharedClipboard, type SharedClipboard } from './shared-clipboard.ts';
