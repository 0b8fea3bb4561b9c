/** The page of the user's desktop. It is loaded lazily, and loads noVNC lazily. */
export { DesktopPage } from './desktop-page.tsx';
export { GuestPage } from './share/index.ts';
