/** A Redis Cluster of real processes for tests: three masters on loopback, each with or without a replica. */
import { freePort } from '../../../free-port.ts';
import { pause, RedisServer } from './redis-server.ts';

const NODES = 3;
const SLOTS = 16_384;

export interface RedisCluster {
  /** The master nodes, unless a replica has taken over. */
  readonly nodes: readonly RedisServer[];
  /** The URL for the hub's configuration. */
  readonly url: string;
  /** Stops all nodes. */
  stop(): Promise<void>;
}

/**
 * Starts a new, empty cluster that serves all slots. A master that is killed and started again is empty and
 * has its old name. If the cluster has replicas, a master's replica takes over about 3 s after the kill.
 */
export async function startRedisCluster({ replicas = false } = {}): Promise<RedisCluster> {
  const count = replicas ? 2 * NODES : NODES;
  const nodes = await Promise.all(Array.from({ length: count }, startNode));
  const stop = async () => void (await Promise.all(nodes.map(({ server }) => server.stop())));
  try {
    await join(nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  const servers = nodes.map(({ server }) => server);
  const url = `redis+cluster://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
  return { nodes: servers.slice(0, NODES), url, stop };
}

async function join(nodes: readonly Node[]): Promise<void> {
  const masters = nodes.slice(0, NODES);
  await Promise.all(
    masters.map(async ({ server }, i) => {
      const [from, next] = [i, i + 1].map((n) => Math.floor((n * SLOTS) / NODES));
      await server.client.call('CLUSTER', 'ADDSLOTSRANGE', from!, next! - 1);
      // Each master gets its own epoch. With equal epochs, the masters would first have to resolve a
      // conflict.
      await server.client.cluster('SET-CONFIG-EPOCH', i + 1);
    }),
  );
  const [first, ...others] = nodes;
  for (const { server, busPort } of others) {
    await first!.server.client.call('CLUSTER', 'MEET', '127.0.0.1', server.port, busPort);
  }
  await Promise.all(nodes.map(({ server }) => until(server, `cluster_known_nodes:${nodes.length}`)));
  await Promise.all(
    nodes.slice(NODES).map(async ({ server }, i) => {
      await server.client.cluster('REPLICATE', String(await masters[i]!.server.client.cluster('MYID')));
      await server.synced();
    }),
  );
  await Promise.all(nodes.map(({ server }) => until(server, 'cluster_state:ok')));
}

interface Node {
  readonly server: RedisServer;
  readonly busPort: number;
}

async function startNode(): Promise<Node> {
  const busPort = await freePort();
  const server = await RedisServer.start(
    ...['--cluster-enabled', 'yes', '--cluster-port', String(busPort), '--cluster-node-timeout', '2000'],
  );
  return { server, busPort };
}

async function until(server: RedisServer, line: string): Promise<void> {
  while (!String(await server.client.cluster('INFO')).includes(line)) await pause(20);
}
