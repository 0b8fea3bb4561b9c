import { type ChildProcess, spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unicore-setup-'));
  file = join(folder, 'lock');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Starts a process that prints `in` when it holds the lock, and then runs the given code. */
function holder(work: string): ChildProcess {
  const source = `
    import { locked, holdFor } from ${JSON.stringify(join(import.meta.dirname, 'setup-lock.mjs'))};
    const file = ${JSON.stringify(file)};
    await locked(file, async () => { console.log('in'); ${work} });`;
  return spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Resolves when this text has arrived on the stream. */
async function said(stream: Readable, text: string): Promise<void> {
  let all = '';
  for await (const [chunk] of on(stream, 'data')) {
    all += chunk;
    if (all.includes(text)) return;
  }
}

/** A pid that no process has. */
async function deadPid(): Promise<number> {
  const child = spawn('true');
  await once(child, 'exit');
  return child.pid!;
}

test('processes that want the lock at once get it one after the other', async () => {
  const log = join(folder, 'log');
  const work = `
    const { appendFileSync } = await import('node:fs');
    appendFileSync(${JSON.stringify(log)}, 'in ');
    console.log('wrote');
    await new Promise((done) => process.stdin.once('data', done));
    appendFileSync(${JSON.stringify(log)}, 'out ');
    process.stdin.destroy();`;
  writeFileSync(file, String(await deadPid()));
  const all = [1, 2, 3, 4].map(() => holder(work));
  const over = all.map((child) => once(child, 'exit'));
  // One process holds the lock until all other processes have found that they must wait.
  await Promise.all(
    all.map(({ stdout, stderr }) => Promise.race([said(stdout!, 'wrote'), said(stderr!, 'Waiting')])),
  );
  expect(readFileSync(log, 'utf8')).toBe('in ');
  for (const { stdin } of all) stdin!.write('\n');
  await Promise.all(over);
  expect(readFileSync(log, 'utf8')).toBe('in out '.repeat(4));
});

test('the lock of a killed process is taken over', async () => {
  const first = holder('await new Promise(() => setInterval(() => {}, 1000));');
  await once(first.stdout!, 'data');
  first.kill('SIGKILL');
  await once(first, 'exit');
  const second = holder('');
  expect(String(await once(second.stdout!, 'data'))).toBe('in\n');
});

test('a child that outlives the holder keeps the lock until it ends', async () => {
  const npm = spawn('sleep', ['1000']);
  writeFileSync(file, `${await deadPid()} ${npm.pid}`);
  const second = holder('');
  expect(String(await once(second.stderr!, 'data'))).toContain('Waiting');
  npm.kill();
  expect(String(await once(second.stdout!, 'data'))).toBe('in\n');
});
