/** Carrier that is the whole product: SDK, hub, tunnel, keeper, PTY and a program in it. */

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
    // Programs in terminals belong to the user, so their CPU time does not count.
    pids: { far: [], relay: await product.pids(), near: [near.pid] },
    async stop() {
      await near.stop();
      await product.stop();
    },
  };
};
