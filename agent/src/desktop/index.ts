/** Desktops: browsers in containers or processes of their own, which people and programs drive. */
export { Desktops, type DesktopsOptions } from './fleet/index.ts';
export { type DesktopLauncher, type LauncherOptions, makeLauncher } from './launch/index.ts';
