/** Tests the whole product with a real Docker engine: VMs are containers. */

import type { UniCore } from '@unicore/client/sdk';
import Docker from 'dockerode';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deleteAll, runningVm, shell, untilState } from '../../testing/vms.ts';
import { startWorld, type World } from '../../testing/world.ts';

const docker = new Docker();
let world: World;
let unicore: UniCore;
let vmId: string;

beforeAll(async () => {
  world = await startWorld({ runtime: 'docker' });
  unicore = await world.user();
  vmId = await runningVm(unicore);
});

afterAll(async () => {
  await deleteAll(unicore);
  await world?.close();
});

/** Returns the containers of this VM, whatever their names. */
async function containers() {
  const all = await docker.listContainers({ all: true });
  return all.filter(({ Names, Labels }) => JSON.stringify([Names, Labels]).includes(vmId));
}

test('a shell in a container is the user consumer, with the tools of the image and a home of its own', async () => {
  const view = await shell(unicore, vmId);
  view.type(
    'clear; id -un; pwd; for tool in git curl vim tmux htop python3; do command -v $tool; done; echo d""one\r',
  );
  await view.until(/^done/m);
  expect(view.text.split('\n').slice(0, 9)).toEqual([
    'consumer',
    '/home/consumer',
    '/usr/bin/git',
    '/usr/bin/curl',
    '/usr/bin/vim',
    '/usr/bin/tmux',
    '/usr/bin/htop',
    '/usr/bin/python3',
    'done',
  ]);
  view.close();
  expect((await unicore.api.vm.get.query({ vmId })).isolation).toBe('container');
});

test('the container has no more rights than it needs', async () => {
  const [summary] = await containers();
  const { Config, HostConfig } = await docker.getContainer(summary!.Id).inspect();
  expect(HostConfig).toMatchObject({
    CapDrop: ['ALL'],
    Privileged: false,
    ReadonlyRootfs: true,
    PidsLimit: 512,
    Binds: null,
  });
  expect(HostConfig.SecurityOpt).toContain('no-new-privileges');
  expect(HostConfig.Memory).toBe(HostConfig.MemorySwap);
  expect(Config.User).toMatch(/^(consumer|1000)/);
});

test('shells in a container outlive hub and tunnel', async () => {
  const view = await shell(unicore, vmId);
  view.type('here=still; echo s""et\r');
  await view.until(/^set/m);
  await world.stopHub();
  await world.startHub();
  await world.stopAgent();
  await world.startAgent();
  view.type('echo $here\r');
  await view.until(/^still/m);
  view.close();
});

test('files survive a stop', async () => {
  const view = await shell(unicore, vmId);
  view.type('echo kept > file; echo d""one\r');
  await view.until(/^done/m);
  view.close();
  await unicore.api.vm.stop.mutate({ vmId });
  await untilState(unicore, vmId, 'stopped');
  await unicore.api.vm.start.mutate({ vmId });
  await untilState(unicore, vmId, 'running');
  const after = await shell(unicore, vmId);
  after.type('cat file\r');
  await after.until(/^kept/m);
  after.close();
});

test('a VM whose container is removed by others says so, and starts again', async () => {
  const [summary] = await containers();
  await docker.getContainer(summary!.Id).remove({ force: true });
  await untilState(unicore, vmId, 'failed');
  const { reason } = await unicore.api.vm.get.query({ vmId });
  expect(reason).toMatch(/container/i);
  await unicore.api.vm.start.mutate({ vmId });
  await untilState(unicore, vmId, 'running');
});

test('an image that is not there is named, with the remedy', async () => {
  const other = await unicore.api.vm.create.mutate({ image: 'unicore/no-such-image' });
  await untilState(unicore, other.vmId, 'failed');
  const { reason } = await unicore.api.vm.get.query({ vmId: other.vmId });
  expect(reason).toContain('unicore/no-such-image');
});
