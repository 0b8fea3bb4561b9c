import { systemClock } from '@unicore/protocol';
import { backplaneContract } from './contract.ts';
import { LocalWorld } from './local.ts';

backplaneContract(async () => {
  const world = new LocalWorld(systemClock);
  return { join: async () => world.join(), close: async () => {} };
});
