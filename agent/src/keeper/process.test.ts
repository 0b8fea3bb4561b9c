import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { BoundedLog } from './bounded-log.ts';
import { connectKeeper, stopKeeper } from './connect.ts';
import { Consumer } from './testing/index.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const agentDir of folders.splice(0)) {
    await stopKeeper({ agentDir });
    rmSync(agentDir, { recursive: true, force: true });
  }
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'unicore-keeper-'));
  folders.push(path);
  return path;
}

/** Parent and session of a process, as Linux tells them. */
function placeOf(pid: number): { parent: number; session: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(fields[1]), session: Number(fields[3]) };
}

test('a keeper is started where none runs, as a process of nobody, and found again', async () => {
  const agentDir = folder();
  const first = await connectKeeper({ agentDir });
  const { pid } = await first.control.status();
  const { parent, session } = placeOf(pid);
  expect(parent).not.toBe(process.pid);
  expect(session).not.toBe(placeOf(process.pid).session);
  const second = await connectKeeper({ agentDir });
  expect((await second.control.status()).pid).toBe(pid);
  await first.closed;
});

test('two tunnels that start at once share one keeper', async () => {
  const agentDir = folder();
  const both = await Promise.all([connectKeeper({ agentDir }), connectKeeper({ agentDir })]);
  await Promise.race(both.map(({ closed }) => closed));
  const last = await connectKeeper({ agentDir });
  const { pid } = await last.control.status();
  await Promise.all(both.map(({ closed }) => closed));
  expect((await (await connectKeeper({ agentDir })).control.status()).pid).toBe(pid);
});

test('a shell lives on with nobody connected, and in another keeper none does', async () => {
  const agentDir = folder();
  const first = await connectKeeper({ agentDir });
  const pty = { kind: 'process', home: agentDir } as const;
  await first.control.ensureTerminal({ vmId: 'vm-1', gen: 1, terminalId: 'main', pty, cols: 80, rows: 24 });
  const shell = await new Consumer(first).open();
  shell.type('echo pid=$$-\n');
  await shell.shows('-\r\n');
  first.leg.close('GOING_AWAY', 'the test');
  await first.closed;
  const next = await connectKeeper({ agentDir });
  expect(await next.control.terminals({ vmId: 'vm-1' })).toMatchObject([{ terminalId: 'main' }]);
  // A keeper that is killed takes its shells along, and leaves nothing that stops the next one.
  process.kill((await next.control.status()).pid, 'SIGKILL');
  await next.closed;
  const other = await connectKeeper({ agentDir });
  expect(await other.control.terminals({ vmId: 'vm-1' })).toEqual([]);
});

test('a log is set aside when it is full', () => {
  const path = join(folder(), 'keeper.log');
  const log = new BoundedLog(path);
  for (let i = 0; i < 3000; i++) log.write(`${'x'.repeat(999)}\n`);
  expect(statSync(path).size).toBeLessThanOrEqual(1024 * 1024);
  expect(statSync(`${path}.1`).size).toBeLessThanOrEqual(1024 * 1024);
});
