/** What the rest of the agent uses of the keeper. */
export { connectKeeper, type KeeperConnection, stopKeeper } from './connect.ts';
export { type Keeper, startKeeper } from './keeper.ts';
