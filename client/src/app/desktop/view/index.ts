/** The view of a running desktop: its picture, and the bar above it. */
export { DesktopView } from './desktop-view.tsx';
