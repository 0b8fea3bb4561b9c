/** The running desktop on the page: its screen, and the bar with everything that can be done with it. */
export { DesktopView } from './desktop-view.tsx';
