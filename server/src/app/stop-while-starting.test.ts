/** Tests that a hub that is stopped while it starts leaves nothing open. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';

const url = (file: string) => JSON.stringify(import.meta.resolve(file));
/** A program that hangs is killed after this time, ms. */
const LIMIT_MS = 60_000;

/**
 * Stops a hub in the same turn in which it starts. No Redis listens at the hub's Redis URL, so a backplane
 * that stayed open would try to connect forever.
 */
const PROGRAM = `
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from ${url('./index.ts')};
import { parseConfig } from ${url('../config.ts')};
const dataDir = mkdtempSync(join(tmpdir(), 'unicore-hub-'));
const options = ['--port', '0', '--data', dataDir, '--redis', 'redis://127.0.0.1:1', '--log-level', 'silent'];
const app = createApp(parseConfig({}, options));
const started = app.start().then(() => 'started', ({ code }) => code);
await app.stop({ drain: false });
rmSync(dataDir, { recursive: true });
process.exitCode = (await started) === 'GOING_AWAY' ? 7 : 1;`;

test('the process of a hub that is stopped while it opens Redis ends by itself', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  expect(await once(child, 'exit')).toEqual([7, null]);
});
