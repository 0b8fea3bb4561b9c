/** Tests of PTYs on this machine. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ProcessPty } from './process.ts';
import { ptyContract, Reader } from './testing/index.ts';

const home = realpathSync(mkdtempSync(join(tmpdir(), 'unicore-pty-')));
afterAll(() => rmSync(home, { recursive: true, force: true }));

ptyContract('process', () => ({
  home,
  open: async (command, size = { cols: 80, rows: 24 }) => new ProcessPty({ home, command, ...size }),
}));

test('no shell inherits the descriptors of another terminal', async () => {
  const first = new Reader(new ProcessPty({ home, command: ['sleep', '100'], cols: 80, rows: 24 }));
  const second = new ProcessPty({ home, command: ['ls', '-l', '/proc/self/fd'], cols: 80, rows: 24 });
  const reader = new Reader(second);
  await second.exited;
  expect(reader.text).not.toContain('ptmx');
  first.pty.kill();
  await first.pty.exited;
});

test("the shell does not get the agent's environment", async () => {
  process.env.UNICORE_SECRET_FOR_TEST = 'secret';
  const pty = new Reader(new ProcessPty({ home, command: ['env'], cols: 80, rows: 24 }));
  delete process.env.UNICORE_SECRET_FOR_TEST;
  await pty.pty.exited;
  expect(pty.text).not.toContain('secret');
});

test('the error for a missing folder names it', () => {
  expect(() => new ProcessPty({ home: join(home, 'gone'), cols: 80, rows: 24 })).toThrow(/gone/);
});

test('output that ^S has stopped does not delay the end without limit', async () => {
  const pty = new Reader(new ProcessPty({ home, command: ['bash', '--norc', '-i'], cols: 80, rows: 24 }));
  pty.type('echo ready\n');
  await pty.until('ready');
  pty.type('\x13');
  pty.pty.kill();
  expect((await pty.pty.exited).signal).not.toBeNull();
});
