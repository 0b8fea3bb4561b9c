import { systemClock } from '@unicore/protocol';
import { describe } from 'vitest';
import { LocalWorld } from '../backplane/index.ts';
import { twoHubsContract } from './contract.ts';

describe.each([
  ['the backplane', false],
  ['sockets', true],
])('two hubs, connected through %s', (_, direct) => {
  twoHubsContract(async () => {
    const world = new LocalWorld(systemClock);
    return { join: async () => world.join(), close: async () => {} };
  }, direct);
});
