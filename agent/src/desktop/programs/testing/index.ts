/** Test support for the programs of a desktop. */
export { ClosedNetwork, METADATA, PUBLIC, TARGETS } from './closed-network.ts';
export { DESKTOP_UID, HeldDesktop, type HeldOptions, MARKER } from './held-desktop.ts';
export { openDisplayScript } from './x-client.ts';
