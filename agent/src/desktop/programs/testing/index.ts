/** Test support for the programs of a desktop. */
export { COLOURS, DESKTOP_UID, HeldDesktop, type HeldOptions } from './held-desktop.ts';
