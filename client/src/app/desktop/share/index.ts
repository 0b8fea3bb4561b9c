/** Sharing a desktop by a link, and the page for guests. */
export { GuestPage } from './guest-page.tsx';
export { SharePopover } from './share-popover.tsx';
