/** The keeper (the process that owns the terminals), and the tunnel's connection to the keeper. */
export { connectKeeper, type KeeperConnection, stopKeeper } from './connect.ts';
export { type Keeper, startKeeper } from './keeper.ts';
export { KeeperLink } from './keeper-link.ts';
