/**
 * UniCore as a transport of the benchmark. Between the client process and the server process runs the hub's
 * real code for sockets and relaying.
 */

import { RedisServer } from '@unicore/server/testing/redis';
import { Child } from '../../../testing/processes/child.ts';
import type { NearCalls } from '../../ends/near.ts';
import type { Carrier, CarrierOptions, StartCarrier } from '../carrier.ts';
import type { ProviderCalls } from './provider.ts';
import type { HubCalls } from './relay-hub.ts';

const HUB = 'carriers/unicore/relay-hub.ts';

export const startUnicore: StartCarrier = async (options) => {
  const hub = new Child<HubCalls>({ script: HUB, cpuProf: options.cpuProf });
  return between(hub, hub, [], options);
};

/**
 * Starts a provider at one hub and a consumer at another hub. The hubs exchange bytes through Redis, or
 * directly over a socket.
 */
export function overTwoHubs(way: 'redis' | 'direct'): StartCarrier {
  return async (options) => {
    const redis = await RedisServer.start();
    const hub = () => new Child<HubCalls>({ script: HUB, args: [redis.url, way], cpuProf: options.cpuProf });
    const others = { pids: [redis.pid!], stop: () => redis.stop() };
    return between(hub(), hub(), [others], options);
  };
}

interface Other {
  pids: readonly number[];
  stop(): Promise<void>;
}

/** `there` is the provider's hub. `here` is the consumer's hub, which may be the same hub. */
async function between(
  there: Child<HubCalls>,
  here: Child<HubCalls>,
  others: readonly Other[],
  { streams, cpuProf }: CarrierOptions,
): Promise<Carrier> {
  const args = [await there.call.port()];
  const far = new Child<ProviderCalls>({ script: 'carriers/unicore/far.ts', args, cpuProf });
  await far.call.ready();
  const port = await here.call.port();
  const near = new Child<NearCalls>({ script: 'carriers/unicore/near.ts', args: [port, streams], cpuProf });
  const hubs = [...new Set([there, here])];
  return {
    near: near.call,
    pids: {
      far: [far.pid],
      relay: [...hubs.map(({ pid }) => pid), ...others.flatMap(({ pids }) => pids)],
      near: [near.pid],
    },
    async stop() {
      for (const one of [near, far, ...hubs, ...others]) await one.stop();
    },
  };
}
