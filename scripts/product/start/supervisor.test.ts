import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ChildOptions, type Death, Supervised } from './supervisor.ts';

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

/** Starts a script under supervision. `next` returns the script's messages in order. */
function supervise(source: string, died: ChildOptions['died'] = () => {}) {
  const script = join(folder, 'child.mjs');
  writeFileSync(script, source);
  const messages: unknown[] = [];
  let wake = () => {};
  child = new Supervised({
    command: () => [process.execPath, script],
    finalCode: 78,
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
  const deaths: Death[] = [];
  const next = supervise('process.send(process.pid, () => process.exit(3))', (death) => deaths.push(death));
  const pids = new Set([await next(), await next(), await next()]);
  expect(pids.size).toBe(3);
  expect(deaths.slice(0, 2)).toEqual([
    { how: 'exit code 3', inARow: 1, pauseMs: 200 },
    { how: 'exit code 3', inARow: 2, pauseMs: 400 },
  ]);
});

test('a child whose exit code says that a restart would not help is not started again', async () => {
  const { promise, resolve } = Promise.withResolvers<Death>();
  supervise('process.exit(78)', resolve);
  expect(await promise).toEqual({ how: 'exit code 78', inARow: 1, pauseMs: undefined });
});

test('stop() ends the child with SIGTERM, and it does not come back', async () => {
  const deaths: Death[] = [];
  const next = supervise(
    "process.on('SIGTERM', () => process.exit()); setInterval(() => {}, 1000); process.send('up')",
    (death) => deaths.push(death),
  );
  await next();
  const pid = child!.pid!;
  await child!.stop();
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  expect(deaths).toEqual([]);
});

test('a supervisor that is killed outright takes its child with it', async () => {
  // The child opens a connection. The end of the connection shows that the child is gone.
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
     new Supervised({ command: () => [process.execPath, ${JSON.stringify(script)}], outputs: [], died() {} });`,
  );
  const supervisor = spawn(process.execPath, [parent], { stdio: 'inherit' });
  const [connection] = (await once(server, 'connection')) as [Socket];
  connection.on('error', () => {});
  const gone = new Promise((resolve) => connection.once('close', resolve));
  supervisor.kill('SIGKILL');
  await gone;
  server.close();
});
