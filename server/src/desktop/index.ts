/** Desktops: their life cycle, where they run, what they cost, and who may use them. */
export { DesktopAccess } from './access.ts';
export { Announcer } from './announcer.ts';
export { DesktopBoot } from './boot.ts';
export { DesktopChores } from './chores.ts';
export { CloudDesktops, type CloudLauncher } from './cloud.ts';
export { CloudPlaces } from './cloud-places.ts';
export { DesktopConnections } from './connections.ts';
export type { Prices } from './cost.ts';
export { Desktops } from './desktops.ts';
export { isGuestId } from './guest-id.ts';
export { isOver } from './lifecycle.ts';
export { DesktopPlacer } from './placer.ts';
export { desktopOfProvider } from './provider-id.ts';
export { type DesktopLimits, DesktopReports } from './reports.ts';
export { DesktopShares } from './shares.ts';
export { DesktopViews, sessionOf, viewReceipt } from './view.ts';
export { DesktopWriter } from './writer.ts';
