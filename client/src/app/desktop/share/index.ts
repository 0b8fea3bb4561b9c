/** How a desktop is shared, and what guests see. */
export { GuestPage } from './guest-page.tsx';
export { SharePopover } from './share-popover.tsx';
