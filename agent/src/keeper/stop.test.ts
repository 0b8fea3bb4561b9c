/** Tests that a keeper counts as stopped as soon as none answers, however its connection ended. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Leg, systemClock } from '@unicore/protocol';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { StreamTransport } from '../local/index.ts';
import { stopKeeper } from './connect.ts';
import { startKeeper } from './keeper.ts';
import { keeperSocketPath } from './socket-path.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'unicore-keeper-'));
  folders.push(path);
  return path;
}

/** Runs a keeper that breaks the connection instead of answering. It breaks this many connections, then it ends. */
async function breakingKeeper(agentDir: string, connections: number): Promise<{ readonly broken: number }> {
  let broken = 0;
  const server = createServer((socket) => {
    const transport = new StreamTransport(socket);
    const leg = new Leg({
      transport,
      clock: systemClock,
      peer: 'tunnel',
      handler: {
        hello: () => leg.welcome({}),
        open() {
          broken += 1;
          if (broken === connections) server.close();
          socket.destroy();
        },
        closed() {},
      },
    });
    transport.attach(leg);
  });
  await new Promise<void>((listening) => server.listen(keeperSocketPath(agentDir), listening));
  return {
    get broken() {
      return broken;
    },
  };
}

test('a keeper that runs is stopped, and there is none to stop afterwards', async () => {
  const agentDir = folder();
  const keeper = await startKeeper({ agentDir, log: pino({ enabled: false }) });
  expect(await stopKeeper({ agentDir })).toBe(true);
  await keeper.ended;
  expect(await stopKeeper({ agentDir })).toBe(false);
});

test('a keeper whose connection broke before its answer came is stopped, if none answers any more', async () => {
  const agentDir = folder();
  const keeper = await breakingKeeper(agentDir, 1);
  expect(await stopKeeper({ agentDir })).toBe(true);
  expect(keeper.broken).toBe(1);
});

test('a keeper that still answers after its connection broke is asked again', async () => {
  const agentDir = folder();
  const keeper = await breakingKeeper(agentDir, 3);
  expect(await stopKeeper({ agentDir })).toBe(true);
  expect(keeper.broken).toBe(3);
});
