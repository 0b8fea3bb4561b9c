/** Reference: libp2p-yamux at both ends, over the same sockets through a bare relay that knows nothing of it. */
import type { NearCalls } from '../../ends/near.ts';
import { Child } from '../../lib/child.ts';
import type { StartCarrier } from '../carrier.ts';
import type { RelayCalls } from '../ws/relay.ts';
import type { FarCalls } from './far.ts';

export const startYamux: StartCarrier = async ({ streams }) => {
  const relay = new Child<RelayCalls>({ script: 'carriers/ws/relay.ts' });
  const args = [await relay.call.port(), streams];
  const far = new Child<FarCalls>({ script: 'carriers/yamux/far.ts', args });
  await far.call.ready();
  const near = new Child<NearCalls>({ script: 'carriers/yamux/near.ts', args });
  return {
    near: near.call,
    pids: { far: [far.pid], relay: [relay.pid], near: [near.pid] },
    async stop() {
      await Promise.all([near.stop(), far.stop()]);
      await relay.stop();
    },
  };
};
