import { systemClock } from '@unicore/protocol';
import { backplaneSuite } from './backplane.suite.ts';
import { LocalWorld } from './local.ts';

backplaneSuite(async () => {
  const world = new LocalWorld(systemClock);
  return { join: async () => world.join(), close: async () => {} };
});
