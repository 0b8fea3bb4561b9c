import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ChildOptions, Supervised } from './supervisor.ts';

let folder: string;
let child: Supervised | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unicore-supervisor-'));
});

afterEach(async () => {
  await child?.stop();
  child = undefined;
  rmSync(folder, { recursive: true });
});

/** Starts a script under supervision; messages that it sends come in order from `next`. */
function supervise(source: string, died: ChildOptions['died'] = () => {}) {
  const script = join(folder, 'child.mjs');
  writeFileSync(script, source);
  const messages: unknown[] = [];
  let wake = () => {};
  child = new Supervised({
    args: () => [script],
    outputs: [new PassThrough().resume()],
    message: (message) => {
      messages.push(message);
      wake();
    },
    died,
  });
  return async function next(): Promise<unknown> {
    while (messages.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return messages.shift();
  };
}

test('a child that dies starts again, after pauses that grow', async () => {
  const pauses: number[] = [];
  const next = supervise('process.send(process.pid, () => process.exit(3))', (how, pauseMs) => {
    expect(how).toBe('exit code 3');
    pauses.push(pauseMs);
  });
  const pids = new Set([await next(), await next(), await next()]);
  expect(pids.size).toBe(3);
  expect(pauses.slice(0, 2)).toEqual([200, 400]);
});

test('stop() ends the child with SIGTERM, and it does not come back', async () => {
  const deaths: string[] = [];
  const next = supervise(
    "process.on('SIGTERM', () => process.exit()); setInterval(() => {}, 1000); process.send('up')",
    (how) => deaths.push(how),
  );
  await next();
  const pid = child!.pid!;
  await child!.stop();
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  expect(deaths).toEqual([]);
});

test('a supervisor that is killed outright takes its child with it', async () => {
  // A connection of the child's shows when it is gone.
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const script = join(folder, 'child.mjs');
  writeFileSync(
    script,
    `import { connect } from 'node:net';
     connect(${port}, '127.0.0.1');
     process.on('disconnect', () => process.exit());`,
  );
  const parent = join(folder, 'parent.mjs');
  writeFileSync(
    parent,
    `import { Supervised } from ${JSON.stringify(join(import.meta.dirname, 'supervisor.ts'))};
     new Supervised({ args: () => [${JSON.stringify(script)}], outputs: [], died() {} });`,
  );
  const supervisor = spawn(process.execPath, [parent], { stdio: 'inherit' });
  const [connection] = (await once(server, 'connection')) as [Socket];
  connection.on('error', () => {});
  const gone = new Promise((resolve) => connection.once('close', resolve));
  supervisor.kill('SIGKILL');
  await gone;
  server.close();
});
