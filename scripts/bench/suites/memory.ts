/**
 * Benchmark suite: how much of a hub's memory an idle consumer with one channel needs, compared with a plain
 * WebSocket connection.
 */

import { median } from '../../lib/stats.ts';
import { Child } from '../../testing/processes/child.ts';
import type { ProviderCalls } from '../carriers/unicore/provider.ts';
import type { Options } from '../lib/options.ts';
import { atMost, paired, type Result } from '../lib/result.ts';
import type { ClientCalls } from '../memory/consumers.ts';
import type { Resident, ResidentCalls } from '../memory/resident.ts';

/**
 * This many consumers connect before memory is measured for the first time. They cause the hub to compile its
 * code and to create its memory pools.
 */
const FIRST = 200;
const COUNTED = 500;
const KIB = 1024;
const FLAGS = ['--expose-gc'];

export async function memory({ reps, progress }: Options): Promise<Result[]> {
  const ours: Resident[] = [];
  const bare: Resident[] = [];
  for (let rep = 1; rep <= reps; rep++) {
    ours.push(await ofHub());
    bare.push(await ofBareServer());
    progress(`memory: ${rep} of ${reps}`);
  }
  const of = (all: readonly Resident[], what: keyof Resident) => all.map((one) => one[what] / KIB);
  return [
    paired({
      name: 'resident, per idle consumer with one channel',
      unit: 'KiB',
      ours: of(ours, 'rss'),
      reference: { name: 'bare ws connection', values: of(bare, 'rss') },
      goal: atMost(2),
      more: {
        'KiB on the heap': median(of(ours, 'heap')),
        'KiB outside the heap': median(of(ours, 'external')),
        'reference KiB on the heap': median(of(bare, 'heap')),
        'reference KiB outside the heap': median(of(bare, 'external')),
      },
    }),
  ];
}

async function ofHub(): Promise<Resident> {
  const hub = new Child<ResidentCalls>({ script: 'carriers/unicore/relay-hub.ts', flags: FLAGS });
  const port = await hub.call.port();
  const far = new Child<ProviderCalls>({ script: 'carriers/unicore/far.ts', args: [port] });
  await far.call.ready();
  const consumers = new Child<ClientCalls>({ script: 'memory/consumers.ts', args: [port] });
  return perClient(hub, consumers, [far]);
}

async function ofBareServer(): Promise<Resident> {
  const server = new Child<ResidentCalls>({ script: 'memory/bare-server.ts', flags: FLAGS });
  const clients = new Child<ClientCalls>({
    script: 'memory/bare-clients.ts',
    args: [await server.call.port()],
  });
  return perClient(server, clients, []);
}

async function perClient(
  server: Child<ResidentCalls>,
  clients: Child<ClientCalls>,
  others: readonly { stop(): Promise<void> }[],
): Promise<Resident> {
  try {
    await clients.call.connect(FIRST);
    const before = await server.call.resident();
    await clients.call.connect(COUNTED);
    const after = await server.call.resident();
    const each = (what: keyof Resident) => (after[what] - before[what]) / COUNTED;
    return { rss: each('rss'), heap: each('heap'), external: each('external') };
  } finally {
    for (const child of [clients, ...others, server]) await child.stop();
  }
}
