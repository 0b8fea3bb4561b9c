/**
 * The whole product as a benchmark transport: SDK, hub, tunnel, keeper (terminal daemon), PTY, and a program in
 * the terminal.
 */

import { Child } from '../../../testing/processes/child.ts';
import type { NearCalls } from '../../ends/near.ts';
import type { StartCarrier } from '../carrier.ts';
import { Product } from './product.ts';

export const startProduct: StartCarrier = async ({ streams, cpuProf }) => {
  const product = await Product.start({ cpuProf });
  const args = [product.url, product.token, streams];
  const near = new Child<NearCalls>({ script: 'carriers/product/near.ts', args, cpuProf });
  await near.call.ready();
  return {
    near: near.call,
    // The CPU time of programs in terminals is not counted, because these programs belong to the user.
    pids: { far: [], relay: await product.pids(), near: [near.pid] },
    async stop() {
      await near.stop();
      await product.stop();
    },
  };
};
