/**
 * Starts a system that UniCore is compared with. It consists of three processes: a client, a server, and a
 * plain WebSocket relay between them.
 */

import { Child } from '../../testing/processes/child.ts';
import type { NearCalls } from '../ends/near.ts';
import type { StartCarrier } from './carrier.ts';
import type { FarCalls } from './ws/far.ts';
import type { RelayCalls } from './ws/relay.ts';

/** folder: contains near.ts and far.ts, the scripts of the client process and the server process. */
export function overBareRelay(folder: 'ws' | 'yamux'): StartCarrier {
  return async ({ streams }) => {
    const relay = new Child<RelayCalls>({ script: 'carriers/ws/relay.ts' });
    const args = [await relay.call.port(), streams];
    const far = new Child<FarCalls>({ script: `carriers/${folder}/far.ts`, args });
    await far.call.ready();
    const near = new Child<NearCalls>({ script: `carriers/${folder}/near.ts`, args });
    return {
      near: near.call,
      pids: { far: [far.pid], relay: [relay.pid], near: [near.pid] },
      async stop() {
        await Promise.all([near.stop(), far.stop()]);
        await relay.stop();
      },
    };
  };
}
