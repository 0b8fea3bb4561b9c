/**
 * Tests the whole product in one process: a consumer, a hub, an agent and a shell. Also restarts the hub and
 * the tunnel while a shell runs.
 */

import type { UniCore } from '@unicore/client/sdk';
import { LineProxy } from '@unicore/server/testing';
import attach from '@xterm/addon-attach';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agree, View } from '../../testing/view.ts';
import { runningVm, shell, untilState } from '../../testing/vms.ts';
import { startWorld, type World } from '../../testing/world.ts';

let world: World;
let ada: UniCore;
let vmId: string;

beforeAll(async () => {
  world = await startWorld();
  ada = await world.user('ada');
  vmId = await runningVm(ada);
});

afterAll(async () => {
  await world?.close();
});

test('a terminal answers, and has the size that it was opened with', async () => {
  const view = await shell(ada, vmId, 97, 31);
  view.type('stty size\r');
  await view.until(/^31 97$/m);
  await view.resize(60, 20);
  view.type('clear; stty size\r');
  await view.until(/^20 60$/m);
  view.close();
});

test('two viewers see the same screen, and both may type', async () => {
  const one = await shell(ada, vmId);
  const other = View.remote(ada.openTerminal(vmId));
  await other.until('ready');
  other.type('clear; echo from the oth""er\r');
  await one.until(/^from the other/m);
  one.type('echo from the o""ne\r');
  await other.until(/^from the one/m);
  await agree(one, other);
  one.close();
  other.close();
});

test('several terminals of a VM are shells of their own', async () => {
  const main = await shell(ada, vmId);
  const second = View.remote(ada.openTerminal(vmId, { terminalId: 'second' }));
  await second.until(/[$#] ?$/m);
  second.type('clear; tty\r');
  await second.until(/^\/dev\/pts\/\d+/m);
  main.type('clear; tty\r');
  await main.until(/^\/dev\/pts\/\d+/m);
  expect(second.text.split('\n')[0]).not.toBe(main.text.split('\n')[0]);
  const terminals = await ada.api.vm.terminals.query({ vmId });
  expect(terminals.map(({ terminalId }) => terminalId).sort()).toEqual(['main', 'second']);
  main.close();
  second.close();
});

test('an unmodified AttachAddon on an unmodified WebSocket works with what vm.connect returned', async () => {
  const { url } = await ada.api.vm.connect.mutate({ vmId, terminalId: 'attached', cols: 80, rows: 24 });
  const socket = new WebSocket(url);
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  const view = new View();
  view.terminal.loadAddon(
    new attach.AttachAddon(socket) as unknown as Parameters<typeof view.terminal.loadAddon>[0],
  );
  await view.until(/[$#] ?$/m);
  view.terminal.input('clear; echo $((6 * 7)) 漢字\r');
  await view.until(/^42 漢字/m);
  socket.close();
  view.close();
});

test('a VM of another user cannot be distinguished from one that does not exist', async () => {
  const eve = await world.user('eve');
  const refusal = (which: string) =>
    eve.api.vm.connect.mutate({ vmId: which }).catch((error: unknown) => error);
  const [other, unknown] = [await refusal(vmId), await refusal('no-such-vm')] as [Error, Error];
  expect(other.message.replaceAll(vmId, '')).toBe(unknown.message.replaceAll('no-such-vm', ''));
  const closed = new Promise<CloseEvent>((resolve) => {
    eve.openTerminal(vmId).onclose = resolve;
  });
  expect((await closed).code).toBe(4004);
});

test('the hub restarts and the shell goes on where it was', async () => {
  const view = await shell(ada, vmId);
  view.type('here=still; echo s""et\r');
  await view.until(/^set/m);
  await world.stopHub();
  view.type('echo $here\r');
  await world.startHub();
  await view.until(/^still/m);
  view.close();
});

test('the tunnel process restarts and the shell goes on where it was', async () => {
  const view = await shell(ada, vmId);
  view.type('here=again; echo s""et\r');
  await view.until(/^set/m);
  await world.stopAgent();
  view.type('echo $here\r');
  await world.startAgent();
  await view.until(/^again/m);
  view.close();
});

test('a VM stops, starts with its files, is renamed, and is gone when deleted', async () => {
  const view = await shell(ada, vmId);
  view.type('echo kept > file; sync; echo d""one\r');
  await view.until(/^done/m);
  view.close();
  await ada.api.vm.stop.mutate({ vmId });
  await untilState(ada, vmId, 'stopped');
  await expect(ada.api.vm.connect.mutate({ vmId })).rejects.toMatchObject({
    data: { code: 'VM_NOT_RUNNING' },
  });
  await ada.api.vm.start.mutate({ vmId });
  await untilState(ada, vmId, 'running');
  const after = await shell(ada, vmId);
  after.type('cat file\r');
  await after.until(/^kept/m);
  after.close();
  await ada.api.vm.rename.mutate({ vmId, name: 'lovelace' });
  expect((await ada.api.vm.get.query({ vmId })).name).toBe('lovelace');
  await ada.api.vm.delete.mutate({ vmId });
  await untilState(ada, vmId, 'gone');
  expect(await ada.api.vm.list.query()).toEqual([]);
});

test('a provider whose line stalls is shown as unreachable, and its VMs come back by themselves', async () => {
  const line = await LineProxy.open();
  const far = await startWorld({ agentVia: line });
  const bob = await far.user('bob');
  const its = await runningVm(bob);
  const view = await shell(bob, its);
  line.stall();
  await untilState(bob, its, 'suspect');
  view.type('echo wai""ted\r');
  line.flow();
  await untilState(bob, its, 'running');
  await view.until(/^waited/m);
  view.close();
  await far.close();
  line.close();
});
