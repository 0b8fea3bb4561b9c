import { systemClock } from '@unicore/protocol';
import { describe } from 'vitest';
import { LocalWorld } from '../backplane/index.ts';
import { twoHubsSuite } from './two-hubs.suite.ts';

describe.each([
  ['the backplane', false],
  ['sockets', true],
])('two hubs, connected through %s', (_, direct) => {
  twoHubsSuite(async () => {
    const world = new LocalWorld(systemClock);
    return { join: async () => world.join(), close: async () => {} };
  }, direct);
});
