/**
 * The agent's part of desktops: browsers in containers or processes of their own, which people and programs
 * use.
 */
export { Desktops, type DesktopsOptions } from './fleet/index.ts';
export { type DesktopLauncher, type LauncherOptions, makeLauncher } from './launch/index.ts';
