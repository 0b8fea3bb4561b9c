/** A hub loads only the libraries that its configuration needs. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';

const url = (file: string) => JSON.stringify(import.meta.resolve(file));

/** Runs a hub on SQLite, then loads the Redis backplane; prints the library files that each of the two loaded. */
const PROGRAM = `
import { mkdtempSync, rmSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
const loaded = [];
registerHooks({
  load(url, context, next) {
    if (url.includes('/node_modules/')) loaded.push(url);
    return next(url, context);
  },
});
const dataDir = mkdtempSync(join(tmpdir(), 'unicore-hub-'));
const { parseConfig } = await import(${url('./config.ts')});
const { createApp } = await import(${url('./app/index.ts')});
const app = createApp(parseConfig({}, ['--port', '0', '--data', dataDir, '--log-level', 'silent']));
await app.start();
const running = [...loaded];
await app.stop();
rmSync(dataDir, { recursive: true });
await import(${url('./backplane/redis/index.ts')});
process.stdout.write(JSON.stringify({ running, redis: loaded.slice(running.length) }));`;

test('a single hub on SQLite loads no gRPC, no Redis client and no OpenTelemetry SDK', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { running, redis } = JSON.parse(await text(child.stdout)) as Record<string, string[]>;
  const packages = (urls: string[] | undefined) =>
    new Set(urls!.map((path) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)![1]!));
  const lazy = [...packages(running)].filter((name) =>
    /^(@grpc|@google-cloud)\/|^@opentelemetry\/(?!api$)|^ioredis$/.test(name),
  );
  expect(lazy).toEqual([]);
  expect(packages(running)).toContain('ws');
  expect(packages(redis)).toContain('ioredis');
});
