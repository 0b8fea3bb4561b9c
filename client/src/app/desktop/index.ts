/** The page of the user's desktop. It is loaded when it is needed, and so is noVNC. */
export { DesktopPage } from './desktop-page.tsx';
export { GuestPage } from './share/index.ts';
