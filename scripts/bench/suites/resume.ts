/**
 * Benchmark suite: a hub, a consumer's socket or a provider's socket fails and comes back. The suite measures
 * how soon every terminal answers again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LineProxy } from '@unicore/server/testing';
import { percentile } from '../../lib/stats.ts';
import { Child } from '../../testing/processes/child.ts';
import { Product } from '../carriers/product/product.ts';
import type { Options } from '../lib/options.ts';
import type { Result } from '../lib/result.ts';
import type { NearCalls } from '../resume/near.ts';

const TERMINALS = 16;
/** Maximum time between the failure of a hub or socket and its return, ms. */
const AWAY_MS = 1_500;
const LIMIT_MS = 1_000;

type Hop = 'hub' | "consumer's socket" | "provider's socket";

interface Lines {
  readonly product: Product;
  readonly consumer: LineProxy;
  readonly provider: LineProxy;
}

export async function resume({ reps, progress, cpuProf }: Options): Promise<Result[]> {
  const consumer = await LineProxy.open();
  const provider = await LineProxy.open();
  const agentVia = (port: number) => {
    provider.target = port;
    return provider.origin;
  };
  const product = await Product.start({ cpuProf, agentVia });
  consumer.target = product.port;
  const args = [consumer.origin, product.token, TERMINALS];
  const near = new Child<NearCalls>({ script: 'resume/near.ts', args });
  try {
    await near.call.ready();
    const kills = killers({ product, consumer, provider });
    const took = new Map<Hop, number[]>([...kills.keys()].map((hop) => [hop, []]));
    for (let rep = 1; rep <= reps; rep++) {
      for (const [hop, kill] of kills) took.get(hop)!.push(...(await measure(near, kill)));
      progress(`resume: ${rep} of ${reps}`);
    }
    return [...took].map(([hop, samples]) => result(`a ${hop} died`, samples));
  } finally {
    await near.stop();
    await product.stop();
    consumer.close();
    provider.close();
  }
}

/**
 * Returns one function for the hub and one for each of the two sockets. The function makes its hub or socket
 * fail, restores it after awayMs, and resolves when it works again.
 */
function killers({ product, consumer, provider }: Lines): Map<Hop, (awayMs: number) => Promise<void>> {
  const cut = (line: LineProxy) => async (awayMs: number) => {
    line.refuse();
    line.cut();
    await sleep(awayMs);
    await line.allow();
  };
  const hub = async (awayMs: number) => {
    await product.killHub();
    await sleep(awayMs);
    await product.startHub();
  };
  return new Map([
    ['hub', hub],
    ["consumer's socket", cut(consumer)],
    ["provider's socket", cut(provider)],
  ]);
}

/**
 * For each terminal, returns the time from the return of the failed hub or socket until the echo of a key
 * arrived, ms.
 */
async function measure(near: Child<NearCalls>, kill: (awayMs: number) => Promise<void>): Promise<number[]> {
  // Keys that are typed after a hub or socket has failed arrive when it is back.
  const killed = kill(Math.random() * AWAY_MS).then(() => Date.now());
  const echoes = near.call.echoes();
  const back = await killed;
  return (await echoes).map((at) => Math.max(0, at - back));
}

function result(name: string, samples: readonly number[]): Result {
  const p99 = percentile(samples, 0.99);
  return {
    name: `${name}, p99 until every terminal answers`,
    value: p99,
    unit: 'ms',
    reference: { name: 'limit', value: LIMIT_MS },
    ratio: p99 / LIMIT_MS,
    goal: `< ${LIMIT_MS} ms`,
    ok: p99 < LIMIT_MS,
    more: { p50: percentile(samples, 0.5), most: Math.max(...samples), samples: samples.length },
  };
}
