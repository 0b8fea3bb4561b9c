/** Ours: the hub's own sockets and relay between an opener's and an acceptor's end. */
import type { NearCalls } from '../../ends/near.ts';
import { Child } from '../../lib/child.ts';
import type { StartCarrier } from '../carrier.ts';
import type { FarCalls } from './far.ts';
import type { HubCalls } from './hub.ts';

export const startUnicore: StartCarrier = async ({ streams, cpuProf }) => {
  const hub = new Child<HubCalls>({ script: 'carriers/unicore/hub.ts', cpuProf });
  const port = await hub.call.port();
  const far = new Child<FarCalls>({ script: 'carriers/unicore/far.ts', args: [port], cpuProf });
  await far.call.ready();
  const near = new Child<NearCalls>({ script: 'carriers/unicore/near.ts', args: [port, streams], cpuProf });
  return {
    near: near.call,
    pids: { far: [far.pid], relay: [hub.pid], near: [near.pid] },
    async stop() {
      await near.stop();
      await far.stop();
      await hub.stop();
    },
  };
};
