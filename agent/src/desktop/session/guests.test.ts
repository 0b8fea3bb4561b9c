/** What those can do who may only watch, and speak RFB by hand. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePrivateMessage, PrivateOp, systemClock } from '@unicore/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SharedBrowser } from '../cdp/index.ts';
import { Lease } from '../lease/index.ts';
import {
  cutText,
  extendedCutText,
  handshakeOfServer,
  handshakeOfViewer,
  setEncodings,
  u16,
  u32,
} from '../rfb/testing/index.ts';
import type { ChannelStream, DesktopConsumer } from '../testing/index.ts';
import { DisplayKeys, Pages } from '../typing/index.ts';
import { type Served, serve } from './testing/served.ts';
import { Viewers } from './viewers.ts';

const GUEST = { user: 'guest-1', rights: 'read', guest: true } as const;
const VERSION_BYTES = 12;
const REQUEST = Buffer.from([3, 0, 0, 0, 0, 0, 0, 16, 0, 16]);
const ENCODINGS = setEncodings(0, -312);
const BELL = Buffer.from([2]);
/** The extended clipboard's messages: flags for text, and the purpose. */
const TEXT = 1;
const CAPS = (1 << 24) | (1 << 28) | TEXT;
const NOTIFY = (1 << 27) | TEXT;

let folder: string;
let display: Server;
/** The connections of viewers to the display, with the bytes that the display received on each after the handshake. */
let got: { socket: Socket; bytes: Buffer }[];
let served: Served;
let lease: Lease;
let used: number;
let consumer: DesktopConsumer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unicore-guests-'));
  got = [];
  used = 0;
  display = createServer((socket) => {
    const mine = { socket, bytes: Buffer.alloc(0) };
    got.push(mine);
    socket.on('data', (bytes) => {
      mine.bytes = Buffer.concat([mine.bytes, bytes]);
    });
    socket.on('error', () => undefined);
    const handshake = handshakeOfServer(8);
    socket.write(handshake.subarray(0, VERSION_BYTES));
    socket.once('data', () => socket.write(handshake.subarray(VERSION_BYTES)));
  });
  const rfbSocket = join(folder, 'rfb');
  display.listen(rfbSocket);
  const clock = systemClock;
  lease = new Lease({ clock, now: Date.now });
  const browser = new SharedBrowser({ clock, lease, folders: { uploads: folder, downloads: folder } });
  const pages = new Pages(browser, clock);
  const keys = new DisplayKeys(() => undefined, clock);
  const viewers = new Viewers({
    lease,
    clock,
    typing: { pages, display: keys },
    rfbSocket: () => rfbSocket,
    used: () => void used++,
    refused: () => void used++,
  });
  served = await serve(folder, viewers);
  ({ consumer } = served);
});

afterEach(async () => {
  for (const { socket } of got) socket.destroy();
  display.close();
  await served.close();
  await rm(folder, { recursive: true, force: true });
});

/** Opens the screen as this user. The handshake is complete then. */
async function open(auth: typeof GUEST | object, meta = {}): Promise<ChannelStream> {
  consumer.auth = auth;
  const stream = await consumer.open('vnc', meta);
  await stream.attached;
  stream.write(handshakeOfViewer(8));
  await expect.poll(() => got.at(-1)?.bytes.length).toBe(handshakeOfViewer(8).length);
  got.at(-1)!.bytes = Buffer.alloc(0);
  return stream;
}

test('keys, pointer, size and clipboard of a guest reach nothing, keep nothing alive, and take no controls', async () => {
  const stream = await open(GUEST, { viewOnly: false, text: true, clipboard: true });
  expect(stream.accepted).toMatchObject({ text: false });
  const hostile = [
    ENCODINGS,
    Buffer.concat([Buffer.from([4, 1, 0, 0]), u32(0x61)]),
    Buffer.concat([Buffer.from([255, 0]), u16(1), u32(0x61), u32(30)]),
    Buffer.concat([Buffer.from([5, 1]), u16(5), u16(5)]),
    Buffer.concat([Buffer.from([251, 0]), u16(64), u16(64), Buffer.from([1, 0]), Buffer.alloc(16)]),
    cutText(6, Buffer.from('rm -rf')),
    cutText(6, Buffer.alloc(2 * 1024 * 1024)),
    extendedCutText(6, CAPS, u32(1000)),
    extendedCutText(6, NOTIFY),
  ];
  stream.write(Buffer.concat([...hostile, REQUEST]));
  const passed = Buffer.concat([ENCODINGS, extendedCutText(6, CAPS, u32(1000)), REQUEST]);
  await expect.poll(() => got.at(-1)!.bytes.toString('hex')).toBe(passed.toString('hex'));
  expect([used, lease.control.holder]).toEqual([0, null]);
});

test('a private message of a guest ends the connection, and types nothing', async () => {
  const stream = await open(GUEST, { text: true });
  stream.write(Buffer.concat([encodePrivateMessage(PrivateOp.text, { text: 'x' }), REQUEST]));
  expect((await stream.over.promise).code).toBe('PROTOCOL_ERROR');
  expect([used, lease.control.holder]).toEqual([0, null]);
});

test.each([
  ['a guest', GUEST, {}],
  ['a reader', { rights: 'read' }, {}],
  ['an owner who only watches', {}, { viewOnly: true }],
] as const)('what is copied in the desktop does not reach %s', async (_who, auth, meta) => {
  const stream = await open(auth, { clipboard: true, ...meta });
  const seen: Buffer[] = [];
  stream.on('data', (bytes: Buffer) => seen.push(bytes));
  got.at(-1)!.socket.write(Buffer.concat([cutText(3, Buffer.from('secret')), BELL]));
  const expected = Buffer.concat([handshakeOfServer(8), BELL]).toString('hex');
  await expect.poll(() => Buffer.concat(seen).toString('hex')).toBe(expected);
});

test('10 guests watch at a time, and take no place from 8 viewers of the owner', async () => {
  const guests: ChannelStream[] = [];
  for (let i = 0; i < 10; i++) guests.push(await open(GUEST));
  consumer.auth = GUEST;
  const refused = await consumer.open('vnc');
  expect(await refused.over.promise).toMatchObject({
    code: 'TOO_MANY_CHANNELS',
    message: expect.stringContaining('10 people watch this desktop by its link'),
  });
  for (let i = 0; i < 8; i++) await open({});
  consumer.auth = {};
  const ninth = await consumer.open('vnc');
  expect(await ninth.over.promise).toMatchObject({ code: 'TOO_MANY_CHANNELS' });
  guests[0]!.destroy();
  await guests[0]!.over.promise;
  await open(GUEST);
});

test('a guest who leaves takes nothing from the owner, whose input holds the controls', async () => {
  const guest = await open(GUEST);
  const own = await open({});
  own.write(Buffer.concat([Buffer.from([4, 1, 0, 0]), u32(0x61)]));
  await expect.poll(() => lease.control.holder?.id).toBe('u-ann');
  guest.destroy();
  await guest.over.promise;
  expect(lease.control.holder?.id).toBe('u-ann');
  expect(used).toBe(1);
});
