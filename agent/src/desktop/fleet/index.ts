/** Carries out the hub's orders about desktops. */
export { Desktops, type DesktopsOptions } from './desktops.ts';
