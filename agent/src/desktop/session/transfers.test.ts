/** A desktop does not end as idle while the bytes of a file move. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@unicore/protocol';
import pino from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SharedFiles } from '../files/index.ts';
import { type Served, serve } from './testing/served.ts';
import { Transfers } from './transfers.ts';

const PIECE = Buffer.alloc(10_000, 'x');

let folder: string;
let files: SharedFiles;
let served: Served;
/** How often the desktop was used so far. */
let used: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unicore-transfers-'));
  files = new SharedFiles({
    folders: { uploads: join(folder, 'Uploads'), downloads: join(folder, 'Downloads') },
    clock: systemClock,
    log: pino({ level: 'silent' }),
    changed: () => {},
  });
  used = 0;
  served = await serve(folder, new Transfers(files, () => void used++));
});

afterEach(async () => {
  await served.close();
  files.close();
  await rm(folder, { recursive: true });
});

test('each piece of an upload counts as use, and an upload that only begins does not', async () => {
  const stream = await served.consumer.open('blob', { op: 'put', name: 'a', size: 2 * PIECE.length });
  await stream.attached;
  expect(used).toBe(0);
  const write = () => new Promise<void>((written) => stream.write(PIECE, () => written()));
  await write();
  await expect.poll(() => used).toBeGreaterThan(0);
  const before = used;
  await write();
  await expect.poll(() => used).toBeGreaterThan(before);
  stream.channel.end();
  expect(await stream.over.promise).toMatchObject({ code: 'OK', message: 'a' });
  expect((await readFile(join(folder, 'Uploads', 'a'))).length).toBe(2 * PIECE.length);
});

test('each piece of a download counts as use', async () => {
  await writeFile(join(folder, 'Downloads', 'b'), PIECE);
  const stream = await served.consumer.open('blob', { op: 'get', name: 'b', size: 0 });
  const seen: Buffer[] = [];
  stream.on('data', (bytes: Buffer) => seen.push(bytes));
  expect((await stream.over.promise).code).toBe('OK');
  expect(Buffer.concat(seen)).toEqual(PIECE);
  expect(used).toBeGreaterThan(0);
});
