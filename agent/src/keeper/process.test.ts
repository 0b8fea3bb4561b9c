/** Tests of the keeper as a separate process, and of its log. */
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

/** Returns the parent and the session of a process, from /proc. */
function placeOf(pid: number): { parent: number; session: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(fields[1]), session: Number(fields[3]) };
}

test('a keeper is started as a detached daemon if none runs, and found by the next tunnel', async () => {
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

test('a shell survives without a tunnel, but not the death of its keeper', async () => {
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
  // Killing the keeper ends its shells. The killed keeper must leave nothing behind that stops the next
  // keeper from starting.
  process.kill((await next.control.status()).pid, 'SIGKILL');
  await next.closed;
  const other = await connectKeeper({ agentDir });
  expect(await other.control.terminals({ vmId: 'vm-1' })).toEqual([]);
});

test('a full log file is renamed', () => {
  const path = join(folder(), 'keeper.log');
  const log = new BoundedLog(path);
  for (let i = 0; i < 3000; i++) log.write(`${'x'.repeat(999)}\n`);
  expect(statSync(path).size).toBeLessThanOrEqual(1024 * 1024);
  expect(statSync(`${path}.1`).size).toBeLessThanOrEqual(1024 * 1024);
});
