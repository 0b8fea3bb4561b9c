/**
 * OpenSSH as a system that UniCore is compared with. It uses one SSH connection with remote forwarding (-R),
 * and one SSH channel per stream.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from '../../../testing/processes/child.ts';
import type { NearCalls } from '../../ends/near.ts';
import { descendants } from '../../lib/cpu.ts';
import type { StartCarrier } from '../carrier.ts';
import type { FarCalls } from './far.ts';
import { bringOpenSsh, startClient, startServer } from './openssh.ts';

export const startSsh: StartCarrier = async ({ streams }) => {
  await bringOpenSsh();
  const folder = await mkdtemp(join(tmpdir(), 'unicore-bench-ssh-'));
  const far = new Child<FarCalls>({ script: 'carriers/ssh/far.ts' });
  const server = await startServer(folder);
  const client = await startClient(folder, server.port, await far.call.port());
  const near = new Child<NearCalls>({ script: 'carriers/ssh/near.ts', args: [client.port, streams] });
  return {
    near: near.call,
    pids: {
      far: [far.pid],
      relay: [server, client].flatMap(({ process }) => descendants(process.pid!)),
      near: [near.pid],
    },
    async stop() {
      await Promise.all([near.stop(), far.stop()]);
      for (const { process } of [client, server]) {
        const exited = once(process, 'exit');
        process.kill();
        await exited;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
};
