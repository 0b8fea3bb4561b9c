/**
 * Tests of the docker runtime with two fake engines: an engine that hangs, and an engine with foreign
 * volumes.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@unicore/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DockerRuntime } from './docker.ts';

let dir: string;
let engine: Server;
/** Answers of the engine. The key is a part of the request's path. Other requests are never answered. */
let answers: Record<string, unknown>;
let asked: string[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'unicore-engine-'));
  [answers, asked] = [{}, []];
  engine = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const known = Object.keys(answers).find((part) => request.url?.includes(part));
    if (known === undefined) return;
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(answers[known]));
  });
  await new Promise<void>((done) => engine.listen(join(dir, 'sock'), done));
});
afterEach(async () => {
  engine.closeAllConnections();
  await new Promise((done) => engine.close(done));
  await rm(dir, { recursive: true });
});

const runtime = () =>
  new DockerRuntime({
    providerId: 'p-ours',
    clock: systemClock,
    random: Math.random,
    socketPath: join(dir, 'sock'),
  });

test('an engine that hangs delays the connection to the hub only by seconds', async () => {
  const started = performance.now();
  expect(await runtime().isolation()).toBe('container');
  expect(performance.now() - started).toBeLessThan(30_000);
});

test.each([
  ['of another agent', { 'unicore.provider': 'p-theirs' }],
  ['without a label', null],
])('a volume %s is not given to a VM, even if the hub chose its name', async (_, labels) => {
  answers = {
    '/containers/json': [],
    '/info': { NCPU: 2 },
    '/volumes/unicore-vm-1': { Name: 'unicore-vm-1', Labels: labels },
  };
  const spec = { vmId: 'vm-1', gen: 1, image: 'unicore/vm', size: 'small' } as const;
  await expect(runtime().start(spec)).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(asked.filter((request) => request.startsWith('POST'))).toEqual([]);
  await runtime().remove('vm-1');
  expect(asked.filter((request) => request.startsWith('DELETE'))).toEqual([]);
});
