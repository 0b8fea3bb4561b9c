/** Tests the small VNC client against a server of scripted bytes. */
import { duplexPair } from 'node:stream';
import { PNG } from 'pngjs';
import { expect, test } from 'vitest';
import { encodePng, RawClient } from './index.ts';
import { StreamReader } from './stream-reader.ts';
import { rectangle, serverInit, u16, u32, update } from './testing/index.ts';

const VERSION = Buffer.from('RFB 003.008\n');
const RED = [0xff, 0, 0, 0];
const BLUE = [0, 0, 0xff, 0];

/** Plays the server's part of the handshake, and returns the connected client. */
async function connect(width: number, height: number) {
  const [ours, theirs] = duplexPair();
  const cutTexts: string[] = [];
  const connected = RawClient.connect(ours, { onCutText: (body) => cutTexts.push(body.toString('latin1')) });
  const reader = new StreamReader(theirs);
  theirs.write(VERSION);
  expect(await reader.read(12)).toEqual(VERSION);
  theirs.write(Buffer.from([1, 1]));
  expect([...(await reader.read(1))]).toEqual([1]);
  theirs.write(u32(0));
  expect([...(await reader.read(1))]).toEqual([1]);
  theirs.write(serverInit(width, height));
  // SetPixelFormat, SetEncodings with four encodings
  await reader.read(20 + 20);
  return { client: await connected, server: theirs, reader, cutTexts };
}

test('pixels of Raw rectangles arrive at their places, and each update is followed by a request', async () => {
  const { client, server, reader } = await connect(2, 2);
  expect([...(await reader.read(10))]).toEqual([3, 0, 0, 0, 0, 0, 0, 2, 0, 2]);
  const first = client.nextUpdate();
  server.write(update(rectangle(1, 0, 1, 2, 0, [...RED, ...BLUE])));
  await first;
  expect([client.pixel(0, 0), client.pixel(1, 0), client.pixel(1, 1)]).toEqual([0, 0xff0000, 0x0000ff]);
  expect(client.pixel(2, 0)).toBeUndefined();
  expect([...(await reader.read(10))]).toEqual([3, 1, 0, 0, 0, 0, 0, 2, 0, 2]);
  expect(client.updates).toBe(1);
});

test('the picture as PNG has the same pixels', async () => {
  const { client, server } = await connect(2, 1);
  server.write(update(rectangle(0, 0, 2, 1, 0, [...RED, ...BLUE])));
  await client.until(() => client.updates === 1);
  const png = PNG.sync.read(await encodePng(client.whole()));
  expect([png.width, png.height]).toEqual([2, 1]);
  expect([...png.data]).toEqual([0xff, 0, 0, 0xff, 0, 0, 0xff, 0xff]);
});

test('a new size gives a new picture, of which everything is asked for', async () => {
  const { client, server, reader } = await connect(2, 2);
  await reader.read(10);
  expect(() => client.resize(3, 1)).toThrow('has not said');
  const screen = [...u32(7), ...u16(0), ...u16(0), ...u16(3), ...u16(1), ...u32(0)];
  server.write(update(rectangle(0, 0, 3, 1, -308, [1, 0, 0, 0, ...screen])));
  await client.nextUpdate();
  expect([client.width, client.height]).toEqual([3, 1]);
  expect([...(await reader.read(10))]).toEqual([3, 0, 0, 0, 0, 0, 0, 3, 0, 1]);
  client.resize(5, 4);
  expect([...(await reader.read(24))]).toEqual([
    251,
    0,
    0,
    5,
    0,
    4,
    1,
    0,
    ...u32(7),
    0,
    0,
    0,
    0,
    0,
    5,
    0,
    4,
    ...u32(0),
  ]);
});

test('a refused size leaves the picture as it is', async () => {
  const { client, server } = await connect(2, 2);
  server.write(update(rectangle(1, 3, 9, 9, -308, [0, 0, 0, 0])));
  await client.nextUpdate();
  expect([client.width, client.height]).toEqual([2, 2]);
});

test('keys, pointer and texts are sent as messages of RFB', async () => {
  const { client, server, reader, cutTexts } = await connect(1, 1);
  await reader.read(10);
  client.key(0x61, true);
  client.pointer(1, 2, 4);
  client.cutText('hé');
  expect([...(await reader.read(8 + 6 + 10))]).toEqual([
    4, 1, 0, 0, 0, 0, 0, 0x61, 5, 4, 0, 1, 0, 2, 6, 0, 0, 0, 0, 0, 0, 2, 0x68, 0xe9,
  ]);
  server.write(Buffer.from([2, 3, 0, 0, 0, 0, 0, 0, 1, 0xfc]));
  server.write(update());
  await client.nextUpdate();
  expect(cutTexts).toEqual(['ü']);
});

test.each([
  ['a desktop that is too large', update(rectangle(0, 0, 9000, 9000, -223)), 'are allowed'],
  ['pixels outside of the desktop', update(rectangle(1, 1, 2, 2, 0, [])), 'outside'],
  ['an encoding that was not asked for', update(rectangle(0, 0, 1, 1, 7, [])), 'encoding 7'],
  ['an unknown message', Buffer.from([99]), 'type 99'],
])('%s ends the connection with a reason', async (_what, bytes, reason) => {
  const { client, server } = await connect(2, 2);
  const next = client.nextUpdate();
  server.write(bytes);
  await expect(next).rejects.toThrow(reason);
  await expect(client.nextUpdate()).rejects.toThrow(reason);
});

test('a client that is closed, and one whose server goes, tell those that wait', async () => {
  const { client } = await connect(2, 2);
  const next = client.nextUpdate();
  client.close();
  await expect(next).rejects.toMatchObject({ code: 'GOING_AWAY' });
  const { client: other, server } = await connect(2, 2);
  const last = other.nextUpdate();
  server.end();
  await expect(last).rejects.toMatchObject({ code: 'GOING_AWAY' });
});

test('a server that refuses the viewer is quoted', async () => {
  const [ours, theirs] = duplexPair();
  theirs.write(Buffer.concat([VERSION, Buffer.from([0]), u32(4), Buffer.from('busy')]));
  await expect(RawClient.connect(ours)).rejects.toThrow('busy');
});

test('what was sent is handled when the server has answered the fence behind it', async () => {
  const { client, server, reader } = await connect(1, 1);
  await reader.read(10);
  client.key(0x61, true);
  let isHandled = false;
  const handled = client.handled().then(() => (isHandled = true));
  expect((await reader.read(8))[0]).toBe(4);
  expect([...(await reader.read(9))]).toEqual([248, 0, 0, 0, 0x80, 0, 0, 0, 0]);
  expect(isHandled).toBe(false);
  server.write(Buffer.from([248, 0, 0, 0, 0, 0, 0, 0, 0]));
  await handled;
  const lost = client.handled();
  server.destroy();
  await expect(lost).rejects.toThrow();
});
