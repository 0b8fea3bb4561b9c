/** Tests of a keeper in this process, its terminals and their viewers. */
import { chmodSync, existsSync, linkSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimClock } from '@unicore/protocol/sim';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { connectKeeper, type KeeperConnection } from './connect.ts';
import { type Keeper, startKeeper } from './keeper.ts';
import { keeperSocketPath } from './socket-path.ts';
import { Consumer } from './testing/index.ts';

const log = pino({ enabled: false });
const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'unicore-keeper-'));
  cleanups.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

interface Running {
  agentDir: string;
  keeper: Keeper;
  connection: KeeperConnection;
}

async function start(): Promise<Running> {
  const agentDir = folder();
  const keeper = await startKeeper({ agentDir, log });
  cleanups.push(() => keeper.close());
  return { agentDir, keeper, connection: await connectKeeper({ agentDir }) };
}

function wish(home: string, more: object = {}) {
  const pty = { kind: 'process', home } as const;
  return { vmId: 'vm-1', gen: 1, terminalId: 'main', pty, cols: 80, rows: 24, ...more };
}

test('a terminal is created once, and a channel connects to its shell', async () => {
  const { agentDir, connection } = await start();
  const made = await connection.control.ensureTerminal(wish(agentDir));
  expect(made).toMatchObject({ terminalId: 'main', cols: 80, rows: 24, viewers: 0 });
  expect((await connection.control.ensureTerminal(wish(agentDir))).createdAt).toBe(made.createdAt);
  const shell = await new Consumer(connection).open();
  shell.type('echo sum$((40+2))\n');
  await shell.shows('sum42');
  expect(shell.accepted).toMatchObject({ terminalId: 'main', viewer: expect.any(String) });
  expect(await connection.control.terminals({ vmId: 'vm-1' })).toMatchObject([{ viewers: 1 }]);
});

test('a terminal reports its echo time, once a key came while it was quiet', async () => {
  const { agentDir, connection } = await start();
  await connection.control.ensureTerminal(wish(agentDir));
  const shell = await new Consumer(connection).open();
  await expect
    .poll(
      async () => {
        shell.type('x');
        return (await connection.control.terminals({ vmId: 'vm-1' }))[0]?.echoMs;
      },
      { interval: 100 },
    )
    .toEqual(expect.any(Number));
});

test('when the shell exits, its viewers get the exit status, and the terminal is gone', async () => {
  const { agentDir, connection } = await start();
  await connection.control.ensureTerminal(wish(agentDir));
  const shell = await new Consumer(connection).open();
  shell.type('exit 5\n');
  expect(await shell.closed).toEqual({ code: 'OK', message: 'exited with status 5' });
  expect(await connection.control.terminals({ vmId: 'vm-1' })).toEqual([]);
});

test('a terminal that does not exist, or belongs to another generation or VM, is not found', async () => {
  const { agentDir, connection } = await start();
  await connection.control.ensureTerminal(wish(agentDir, { gen: 2 }));
  const refused = async (auth: object, meta: object = {}) =>
    (await (await new Consumer(connection, auth).open(meta)).closed).code;
  expect(await refused({ gen: 1 })).toBe('NOT_FOUND');
  expect(await refused({ gen: 2 }, { terminalId: 'other' })).toBe('NOT_FOUND');
  expect(await refused({ gen: 2, vmId: 'vm-2' })).toBe('NOT_FOUND');
  await expect(connection.control.ensureTerminal(wish(agentDir))).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('a newer generation ends the terminals of the older one', async () => {
  const { agentDir, connection } = await start();
  await connection.control.ensureTerminal(wish(agentDir));
  const shell = await new Consumer(connection).open();
  await shell.until((each) => each.attached);
  await connection.control.ensureTerminal(wish(agentDir, { gen: 2 }));
  expect((await shell.closed).message).toMatch(/^exited with status/);
  const next = await new Consumer(connection, { gen: 2 }).open();
  next.type('echo new$((1+1))\n');
  await next.shows('new2');
});

test('errors in auth, metadata and calls name the field', async () => {
  const { connection } = await start();
  const shell = await new Consumer(connection, { rights: 'all' as 'write' }).open();
  expect(await shell.closed).toMatchObject({
    code: 'BAD_REQUEST',
    message: expect.stringContaining('rights'),
  });
  const other = await new Consumer(connection).open({ cols: -1 });
  expect(await other.closed).toMatchObject({ code: 'BAD_REQUEST', message: expect.stringContaining('cols') });
  await expect(connection.control.ensureTerminal(wish('/', { rows: 0 }))).rejects.toThrow(/rows/);
});

test('a viewer with read rights sees the output, but cannot type', async () => {
  const { agentDir, connection } = await start();
  await connection.control.ensureTerminal(wish(agentDir));
  const [reader, writer] = [
    await new Consumer(connection, { rights: 'read' }).open(),
    await new Consumer(connection).open(),
  ];
  reader.type('echo from$((1+0))reader\n');
  writer.type('echo from$((1+0))writer\n');
  await reader.shows('from1writer');
  expect(reader.text).not.toContain('from1reader');
});

test('shells outlive their tunnel, and their channels continue over the next one', async () => {
  const { agentDir, connection } = await start();
  await connection.control.ensureTerminal(wish(agentDir));
  const consumer = new Consumer(connection);
  const shell = await consumer.open();
  shell.type('kept=yes; echo first$((1+0))\n');
  await shell.shows('first1');
  const before = shell.text.length;
  consumer.keeper = await connectKeeper({ agentDir });
  await connection.closed;
  shell.type('echo kept=$kept\n');
  await shell.shows('kept=yes');
  // The output has continued without a new snapshot.
  expect(shell.text.slice(before)).not.toContain('\x1bc');
});

test('only its owner may resume a channel, and with the present rights', async () => {
  const { agentDir, connection } = await start();
  await connection.control.ensureTerminal(wish(agentDir));
  const consumer = new Consumer(connection);
  const [kept, stolen] = [await consumer.open(), await consumer.open()];
  for (const shell of [kept, stolen]) await shell.until((each) => each.attached);
  consumer.auth = { ...consumer.auth, rights: 'read' };
  consumer.keeper = await connectKeeper({ agentDir });
  await kept.until((each) => each.attached);
  kept.type('echo typed$((1+0))\n');
  consumer.auth = { ...consumer.auth, user: 'eve' };
  consumer.keeper = await connectKeeper({ agentDir });
  expect((await stolen.closed).code).toBe('EPOCH_LOST');
  expect(kept.text).not.toContain('typed1');
});

test('the size of a window, from OPEN or from a call, reaches the shell', async () => {
  const { agentDir, connection } = await start();
  await connection.control.ensureTerminal(wish(agentDir));
  const shell = await new Consumer(connection).open({ cols: 100, rows: 30 });
  shell.type('stty size\n');
  await shell.shows('30 100');
  const { viewer } = shell.accepted as { viewer: string };
  await connection.control.resizeTerminal({ ...wish(agentDir, { cols: 120, rows: 40 }), viewer });
  shell.type('stty size\n');
  await shell.shows('40 120');
});

test('closing a VM closes all its terminals, and those of no other VM', async () => {
  const { agentDir, connection } = await start();
  for (const more of [{}, { terminalId: 'second' }, { vmId: 'vm-2' }]) {
    await connection.control.ensureTerminal(wish(agentDir, more));
  }
  // This terminal is still being created when the VM is closed.
  const late = connection.control.ensureTerminal(wish(agentDir, { terminalId: 'third' }));
  await connection.control.closeVm({ vmId: 'vm-1' });
  await late;
  expect(await connection.control.terminals({ vmId: 'vm-1' })).toEqual([]);
  expect(await connection.control.terminals({ vmId: 'vm-2' })).toHaveLength(1);
  await connection.control.closeTerminal({ vmId: 'vm-2', terminalId: 'main' });
  expect(await connection.control.status()).toEqual({ pid: process.pid, terminals: 0 });
});

test('a VM has at most 32 terminals', async () => {
  const { agentDir, connection } = await start();
  const open = (n: number) => connection.control.ensureTerminal(wish(agentDir, { terminalId: `t${n}` }));
  await Promise.all(Array.from({ length: 32 }, (_, n) => open(n)));
  await expect(open(32)).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('32') });
  expect((await open(31)).terminalId).toBe('t31');
});

test('a second keeper for the same folder is refused', async () => {
  const { agentDir } = await start();
  await expect(startKeeper({ agentDir, log })).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('of several keepers that start at once one wins, even if a dead keeper left its socket', async () => {
  const { agentDir, keeper } = await start();
  await keeper.close();
  const dead = createServer().listen(keeperSocketPath(agentDir));
  await new Promise((listening) => dead.once('listening', listening));
  // This is the state after SIGKILL: the socket file exists, but nothing listens.
  linkSync(keeperSocketPath(agentDir), `${keeperSocketPath(agentDir)}.left`);
  await new Promise((closed) => dead.close(closed));
  linkSync(`${keeperSocketPath(agentDir)}.left`, keeperSocketPath(agentDir));
  const starts = await Promise.allSettled([1, 2, 3].map(() => startKeeper({ agentDir, log })));
  const won = starts.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  for (const one of won) cleanups.push(() => one.close());
  expect(won).toHaveLength(1);
  const connection = await connectKeeper({ agentDir });
  expect((await connection.control.status()).terminals).toBe(0);
});

test('a keeper without terminals ends after 30 s without a tunnel', async () => {
  const clock = new SimClock();
  const agentDir = folder();
  const keeper = await startKeeper({ agentDir, log, clock });
  await clock.advance(29_000);
  expect(await Promise.race([keeper.ended.then(() => 'ended'), 'running'])).toBe('running');
  await clock.advance(2_000);
  await keeper.ended;
  expect(existsSync(keeperSocketPath(agentDir))).toBe(false);
});

test('a folder that other users can write to is refused for the socket', async () => {
  const agentDir = folder();
  chmodSync(agentDir, 0o777);
  await expect(startKeeper({ agentDir, log })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(connectKeeper({ agentDir })).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

test('a folder with a long path has its socket elsewhere, always at the same path', () => {
  const long = join('/tmp', 'x'.repeat(120));
  expect(keeperSocketPath(long).length).toBeLessThan(100);
  expect(keeperSocketPath(long)).toBe(keeperSocketPath(long));
  expect(keeperSocketPath('/tmp/short')).toBe('/tmp/short/keeper.sock');
});
