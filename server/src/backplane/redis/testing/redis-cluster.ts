/** A Redis Cluster of real processes for tests: three masters without replicas, on loopback. */
import { freePort, pause, RedisServer } from './redis-server.ts';

const NODES = 3;
const SLOTS = 16_384;

export interface RedisCluster {
  readonly nodes: readonly RedisServer[];
  /** For the hub's configuration. */
  readonly url: string;
  /** Ends all nodes. */
  stop(): Promise<void>;
}

/** A new, empty cluster that serves all slots. A node that is killed loses its slots' data and comes back with its name. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const nodes = await Promise.all(Array.from({ length: NODES }, startNode));
  const stop = async () => void (await Promise.all(nodes.map(({ server }) => server.stop())));
  try {
    await Promise.all(
      nodes.map(async ({ server }, i) => {
        const [from, next] = [i, i + 1].map((n) => Math.floor((n * SLOTS) / NODES));
        await server.client.call('CLUSTER', 'ADDSLOTSRANGE', from!, next! - 1);
        // Two masters with one epoch would have to settle that first.
        await server.client.cluster('SET-CONFIG-EPOCH', i + 1);
      }),
    );
    const [first, ...others] = nodes;
    for (const { server, busPort } of others) {
      await first!.server.client.call('CLUSTER', 'MEET', '127.0.0.1', server.port, busPort);
    }
    await Promise.all(nodes.map(({ server }) => joined(server)));
  } catch (error) {
    await stop();
    throw error;
  }
  const servers = nodes.map(({ server }) => server);
  const url = `redis+cluster://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
  return { nodes: servers, url, stop };
}

async function startNode(): Promise<{ server: RedisServer; busPort: number }> {
  const busPort = await freePort();
  const server = await RedisServer.start(
    ...['--cluster-enabled', 'yes', '--cluster-port', String(busPort), '--cluster-node-timeout', '2000'],
  );
  return { server, busPort };
}

async function joined(server: RedisServer): Promise<void> {
  for (;;) {
    const info = String(await server.client.cluster('INFO'));
    if (/^cluster_state:ok/m.test(info) && info.includes(`cluster_known_nodes:${NODES}`)) return;
    await pause(20);
  }
}
