/** Files, events and clipboard rights of a whole desktop, over the channels of kind blob and desktop. */
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { DesktopAccept } from '@unicore/protocol/control';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { RawClient } from '../rfb/index.ts';
import { type ChannelStream, type DesktopCaller, programCalls, RealDesktop } from '../testing/index.ts';

const HOUR_MS = 3_600_000;
const MIB = 1024 * 1024;

let desktop: RealDesktop;
let caller: DesktopCaller;

beforeAll(async () => {
  desktop = await RealDesktop.start(['--url', 'about:blank']);
  caller = await desktop.consumer.caller();
});
afterEach(() => {
  desktop.consumer.auth = {};
});
afterAll(() => desktop[Symbol.asyncDispose]());

const put = (name: string, size: number) => desktop.consumer.open('blob', { op: 'put', name, size });
const get = (name: string) => desktop.consumer.open('blob', { op: 'get', name, size: 0 });
const uploads = () => readdir(join(desktop.folder, 'Uploads'));

/** Writes the bytes and ends the channel. Resolves with the code with which the other end has ended it. */
async function finish(stream: ChannelStream, bytes: Uint8Array) {
  await new Promise<void>((written) => stream.write(bytes, () => written()));
  stream.channel.end();
  return stream.over.promise;
}

/** Evaluates an expression in the page of the browser, as a program does. */
async function evaluate(expression: string): Promise<void> {
  const stream = await desktop.consumer.open('cdp');
  const call = programCalls(stream);
  const { result } = await call('Target.getTargets');
  const targets = result?.targetInfos as { targetId: string; type: string }[];
  const targetId = targets.find(({ type }) => type === 'page')?.targetId;
  const attached = await call('Target.attachToTarget', { targetId, flatten: true });
  await call('Runtime.evaluate', { expression, userGesture: true }, String(attached.result?.sessionId));
  stream.destroy();
}

test('the condition and the controls are told at the start, and each change of the controls', async () => {
  await caller.until(({ condition, control }) => condition !== undefined && control !== undefined);
  expect(caller.heard.condition).toEqual({
    phase: 'running',
    code: null,
    reason: null,
    isolation: 'sandboxed',
  });
  expect((await caller.calls.control(true)).holder).toMatchObject({ kind: 'viewer', name: 'u-ann' });
  await caller.until(({ control }) => control?.holder?.name === 'u-ann');
  await caller.until(({ control }) => control?.holder === null);
});

test('50 MiB go in, and out again, while connections are lost', async () => {
  const bytes = randomBytes(50 * MIB);
  const upload = await put('large.bin', bytes.length);
  for (const part of [0, 1, 2, 3]) {
    const piece = bytes.subarray((part * bytes.length) / 4, ((part + 1) * bytes.length) / 4);
    await new Promise<void>((written) => upload.write(piece, () => written()));
    part % 2 === 0 ? desktop.consumer.cut() : await reconnect();
  }
  upload.channel.end();
  expect(await upload.over.promise).toEqual({ code: 'OK', message: 'large.bin' });
  const stored = await readFile(join(desktop.folder, 'Uploads/large.bin'));
  expect(stored.equals(bytes)).toBe(true);
  await writeFile(join(desktop.folder, 'Downloads/large.bin'), stored);
  expect(hash(await downloadWithLosses('large.bin'))).toBe(hash(bytes));
  await caller.calls.removeFile({ folder: 'downloads', name: 'large.bin' });
  await caller.calls.removeFile({ folder: 'uploads', name: 'large.bin' });
  expect(await caller.calls.files()).toEqual({ downloads: [], uploads: [] });
});

/** Reads a file while the connection is lost three times. */
async function downloadWithLosses(name: string): Promise<Buffer> {
  const stream = await get(name);
  const pieces: Buffer[] = [];
  let count = 0;
  for await (const piece of stream) {
    pieces.push(piece);
    const before = count;
    count += piece.length;
    const reached = (part: number) => before < part * MIB && count >= part * MIB;
    if (reached(20)) await reconnect();
    else if (reached(8) || reached(40)) desktop.consumer.cut();
  }
  return Buffer.concat(pieces);
}

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function reconnect(): Promise<void> {
  desktop.disconnect();
  await desktop.connect();
}

test('an upload says under which name the file is kept', async () => {
  expect(await finish(await put('a.txt', 1), Buffer.from('x'))).toEqual({ code: 'OK', message: 'a.txt' });
  expect(await finish(await put('a.txt', 0), Buffer.alloc(0))).toEqual({ code: 'OK', message: 'a (1).txt' });
  await caller.until(({ files }) => files?.uploads.length === 2);
});

test('an upload that is too large, too short or given up leaves nothing', async () => {
  const before = await uploads();
  expect((await (await put('b', 257 * MIB)).over.promise).code).toBe('TOO_LARGE');
  expect((await finish(await put('b', 10), Buffer.alloc(11))).code).toBe('TOO_LARGE');
  expect((await finish(await put('b', 10), Buffer.alloc(9))).code).toBe('BAD_REQUEST');
  const broken = await put('b', 10);
  await new Promise<void>((written) => broken.write(Buffer.alloc(5), () => written()));
  broken.destroy();
  await expect.poll(uploads).toEqual(before);
});

test.each(['../a', '/etc/passwd', '.bashrc', 'a\0b'])('an upload named %j is refused', async (name) => {
  expect((await (await put(name, 1)).over.promise).code).toBe('BAD_REQUEST');
});

test('four files at most are moved at a time', async () => {
  const streams = await Promise.all(['1', '2', '3', '4'].map((name) => put(name, 10)));
  await Promise.all(streams.map((stream) => stream.attached));
  expect((await (await put('5', 1)).over.promise).code).toBe('TOO_MANY_CHANNELS');
  for (const stream of streams) stream.destroy();
});

test('a download of the browser is listed when it is complete', async () => {
  const seen = new Set<number>();
  const size = 30 * MIB;
  await evaluate(`{
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([new Uint8Array(${size})]));
    link.download = 'größe.bin';
    link.click();
  }`);
  await caller.until(({ files }) => {
    for (const file of files?.downloads ?? []) seen.add(file.size);
    return seen.size > 0;
  });
  expect([...seen]).toEqual([size]);
  const stream = await get('größe.bin');
  expect((await buffer(stream)).length).toBe(size);
  expect(stream.accepted).toEqual({ name: 'größe.bin', size });
  expect((await stream.over.promise).code).toBe('OK');
});

test('copied texts of a viewer pass once that is allowed, and one that is too large is refused visibly', async () => {
  const stream = await desktop.consumer.open('vnc', { clipboard: false });
  const client = await RawClient.connect(stream);
  await client.until(() => client.canResize);
  const { holder: viewer } = DesktopAccept.parse(stream.accepted);
  client.cutText('x'.repeat(MIB + 1));
  client.resize(1000, 700);
  await client.until(() => client.width === 1000);
  // The answer to this call comes after everything that the viewer has caused.
  await caller.calls.control();
  expect(caller.heard.clipboardRefused).toBe(undefined);
  await caller.calls.clipboard({ viewer, toDesktop: true, fromDesktop: false });
  client.cutText('x'.repeat(MIB + 1));
  await caller.until(({ clipboardRefused }) => clipboardRefused !== undefined);
  expect(caller.heard.clipboardRefused).toEqual({
    viewer,
    reason: 'The copied text is larger than 1024 KiB.',
  });
  const wrong = caller.calls.clipboard({ viewer: 'v', toDesktop: true, fromDesktop: true });
  await expect(wrong).rejects.toMatchObject({ code: 'NOT_FOUND' });
  client.close();
});

test('a warning is told, again to those who come later, and when it is over', async () => {
  await desktop.control.limit({ lifeMs: 4 * 60_000, idleMs: HOUR_MS });
  await caller.until(({ warning }) => warning?.limit === 'life');
  expect(caller.heard.warning?.leftMs).toBeLessThanOrEqual(4 * 60_000);
  const late = await desktop.consumer.caller();
  await late.until(({ warning }) => warning !== undefined);
  await desktop.control.limit({ lifeMs: HOUR_MS, idleMs: HOUR_MS });
  await late.until(({ warning }) => warning?.leftMs === null);
  late.close();
});

test('guests and readers hear of the controls, and have neither files nor the clipboard', async () => {
  for (const auth of [
    { rights: 'write' as const, guest: true },
    { rights: 'read' as const, guest: false },
  ]) {
    desktop.consumer.auth = auth;
    const guest = await desktop.consumer.caller();
    await guest.until(({ control }) => control !== undefined);
    expect((await guest.calls.control()).holder).toBe(null);
    const viewer = 'v';
    for (const call of [
      guest.calls.control(true),
      guest.calls.stay(),
      guest.calls.files(),
      guest.calls.removeFile({ folder: 'downloads', name: 'größe.bin' }),
      guest.calls.clipboard({ viewer, toDesktop: true, fromDesktop: true }),
    ]) {
      await expect(call).rejects.toMatchObject({ code: 'READ_ONLY' });
    }
    for (const stream of [await put('a', 1), await get('größe.bin')]) {
      expect((await stream.over.promise).code).toBe('READ_ONLY');
    }
    guest.close();
  }
});
