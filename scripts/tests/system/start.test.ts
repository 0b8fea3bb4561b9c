/**
 * Tests `npm start` with real processes: what survives a restart or a kill, and which connections the agent
 * has.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UniCore } from '@unicore/client/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkPort } from '../../lib/port.ts';
import { showTimes } from '../../testing/figures.ts';
import { Started, stopAgent } from '../../testing/started.ts';
import { socketsOf } from '../../testing/tcp-sockets.ts';
import { runningVm, shell, untilState } from '../../testing/vms.ts';

const data = mkdtempSync(join(tmpdir(), 'unicore-start-'));
const VMS = 10;
let started: Started;
let unicore: UniCore;
let vmIds: string[];

beforeAll(async () => {
  started = await Started.start(data);
  unicore = started.sdk();
});

afterAll(async () => {
  unicore.close();
  await started.stop();
  await stopAgent(data);
  rmSync(data, { recursive: true, force: true });
});

test('ten VMs start, and the agent has one connection to the hub and listens on nothing', async () => {
  vmIds = await Promise.all(Array.from({ length: VMS }, () => runningVm(unicore)));
  const views = await Promise.all(vmIds.map((vmId) => shell(unicore, vmId)));
  const { agent, hub } = await started.pids();
  const keeper = await started.keeper();
  expect(await socketsOf([agent, keeper], 'listening')).toEqual([]);
  expect(await socketsOf([keeper], 'connected')).toEqual([]);
  const connected = await socketsOf([agent], 'connected');
  expect(connected).toHaveLength(1);
  expect(connected[0]).toMatch(new RegExp(`^ESTAB.*127\\.0\\.0\\.1:${new URL(started.url).port}\\s`));
  expect(await socketsOf([hub], 'listening')).toHaveLength(1);
  for (const view of views) view.close();
});

test('a second start has every record, file and running shell', async () => {
  const [vmId] = vmIds as [string];
  const first = started.tookMs;
  const before = await shell(unicore, vmId);
  before.type('echo kept > file; answer=42; echo wri""tten $$\r');
  await before.until(/^written \d+/m);
  const pid = /^written (\d+)/m.exec(before.text)![1];
  before.close();
  unicore.close();
  await started.stop();

  started = await Started.start(data, { port: Number(new URL(started.url).port) });
  // `npm run bench -- feel` checks these times against limits.
  showTimes('npm start', { first, second: started.tookMs });
  unicore = started.sdk();
  const vms = await unicore.api.vm.list.query();
  expect(vms.map((vm) => vm.vmId).sort()).toEqual([...vmIds].sort());
  await untilState(unicore, vmId, 'running');
  const after = await shell(unicore, vmId);
  after.type('cat file; echo $answer $$\r');
  await after.until(`kept\n42 ${pid}\n`);
  after.close();
});

test('a supervisor that is killed ends hub and agent with it, and leaves the shells running', async () => {
  const [, vmId] = vmIds as [string, string];
  const before = await shell(unicore, vmId);
  before.type('answer=43; echo se""t\r');
  await before.until(/^set$/m);
  before.close();
  unicore.close();
  const port = Number(new URL(started.url).port);
  await started.kill();

  const portIsFree = () =>
    checkPort(port, '127.0.0.1').then(
      () => true,
      () => false,
    );
  await expect.poll(portIsFree).toBe(true);
  started = await Started.start(data, { port });
  unicore = started.sdk();
  await untilState(unicore, vmId, 'running');
  const after = await shell(unicore, vmId);
  after.type('echo $answer\r');
  await after.until(/^43$/m);
  after.close();
});

test('a port in use is reported in one sentence with the remedy', async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'unicore-start-'));
  const port = Number(new URL(started.url).port);
  await expect(Started.start(elsewhere, { port })).rejects.toThrow(
    `Port ${port} is in use by another program. Start with another one: npm start -- --port ${port + 1}`,
  );
  rmSync(elsewhere, { recursive: true, force: true });
});

test('a second one on the same data folder is refused', async () => {
  await expect(Started.start(data)).rejects.toThrow(`UniCore is running on ${data} already.`);
});
