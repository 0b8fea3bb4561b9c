/** Moves files into a desktop and out of it. */
export { DropZone } from './drop-zone.tsx';
export { FilesPopover } from './files-popover.tsx';
export { createTransfers, type Transfers } from './transfers.ts';
