/** Reference: a bare ws relay. It knows no channels, so each stream has a WebSocket of its own on both sides. */
import type { NearCalls } from '../../ends/near.ts';
import { Child } from '../../lib/child.ts';
import type { StartCarrier } from '../carrier.ts';
import type { FarCalls } from './far.ts';
import type { RelayCalls } from './relay.ts';

export const startWs: StartCarrier = async ({ streams }) => {
  const relay = new Child<RelayCalls>({ script: 'carriers/ws/relay.ts' });
  const args = [await relay.call.port(), streams];
  const far = new Child<FarCalls>({ script: 'carriers/ws/far.ts', args });
  await far.call.ready();
  const near = new Child<NearCalls>({ script: 'carriers/ws/near.ts', args });
  return {
    near: near.call,
    pids: { far: [far.pid], relay: [relay.pid], near: [near.pid] },
    async stop() {
      await Promise.all([near.stop(), far.stop()]);
      await relay.stop();
    },
  };
};
