/** Data from the hub: queries, mutations and the live list of machines. */
export { type DesktopActions, useDesktop, useReceipts } from './desktop.ts';
export type { KnownDesktop, PhaseTime } from './desktop-events.ts';
export type { FeedHandlers } from './feed.ts';
export { useJoinToken, useProviderName, useProviders } from './providers.ts';
export { createQueries } from './queries.ts';
export { useLogOut, useSystem } from './system.ts';
export { usePath } from './terminal-path.ts';
export { useCloseTerminal, useTerminals } from './terminals.ts';
export { UniCoreProvider, useUniCore } from './unicore.tsx';
export { useVmActions, useVms, watchVms } from './vms.ts';
