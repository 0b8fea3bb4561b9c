/** The proxy that other tests rely on does what it says. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LineProxy } from './line-proxy.ts';

const echo = createServer((socket) => {
  socket.on('error', () => {});
  socket.pipe(socket);
});
let line: LineProxy;

beforeEach(async () => {
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  line = await LineProxy.open((echo.address() as AddressInfo).port);
});

afterEach(async () => {
  line.close();
  echo.close();
  await once(echo, 'close');
});

async function dial(): Promise<Socket> {
  const socket = connect(line.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => {});
  return socket;
}

async function roundTrip(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString();
}

test('bytes pass both ways', async () => {
  const socket = await dial();
  expect(await roundTrip(socket, 'hello')).toBe('hello');
  expect(line.connections).toBe(1);
});

test('a stalled line keeps its connections and its bytes', async () => {
  const socket = await dial();
  await roundTrip(socket, 'a');
  line.stall();
  let arrived = '';
  socket.on('data', (chunk) => {
    arrived += chunk;
  });
  socket.write('b');
  await delay(50);
  expect(arrived).toBe('');
  expect(socket.readyState).toBe('open');
  line.flow();
  await once(socket, 'data');
  expect(arrived).toBe('b');
});

test('an end that closes while the line is stalled is heard of when it flows again, after its last bytes', async () => {
  const [served, socket] = (await Promise.all([once(echo, 'connection'), dial()])) as [[Socket], Socket];
  await roundTrip(socket, 'a');
  line.stall();
  served[0].end('last words');
  await once(served[0], 'finish');
  const heard = new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.once('close', () => resolve(text));
  });
  line.flow();
  expect(await heard).toBe('last words');
});

test('a cut resets every connection', async () => {
  const socket = await dial();
  await roundTrip(socket, 'a');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  line.cut();
  expect(await closed).toBe(true);
  expect(line.connections).toBe(0);
});

test('a half cut is noticed by whoever dialled alone, who may dial again', async () => {
  const [served] = (await Promise.all([once(echo, 'connection'), dial()])) as [[Socket], Socket];
  const [far] = served;
  const dialled = await dial();
  await roundTrip(dialled, 'a');
  const closed = new Promise((resolve) => dialled.once('close', resolve));
  line.halfCut();
  await closed;
  expect(await roundTrip(await dial(), 'b')).toBe('b');
  expect(far.readyState).toBe('open');
});

test('a refusing line refuses until it is allowed again, on the same port', async () => {
  line.refuse();
  await expect(dial()).rejects.toThrow('ECONNREFUSED');
  await line.allow();
  expect(await roundTrip(await dial(), 'back')).toBe('back');
});

test('a line of 1 Mbit/s carries no more than that, evenly, and holds at most 96 KiB', async () => {
  line.bytesPerSecond = 125_000;
  const sink = createServer((socket) => {
    let got = 0;
    const began = performance.now();
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      got += chunk.length;
      arrivals.push([performance.now() - began, got]);
    });
  });
  const arrivals: [ms: number, bytes: number][] = [];
  sink.listen(0, '127.0.0.1');
  await once(sink, 'listening');
  line.target = (sink.address() as AddressInfo).port;
  const socket = await dial();
  socket.write(Buffer.alloc(1_000_000));
  await expect.poll(() => arrivals.at(-1)?.[1]).toBeGreaterThan(250_000);
  const [ms, bytes] = arrivals.at(-1)!;
  expect(bytes / ms).toBeLessThan(135);
  // What a busy machine leaves of it.
  expect(bytes / ms).toBeGreaterThan(40);
  // Packets, of which a busy machine reads some together, no lumps as large as its queue.
  expect(arrivals.length).toBeGreaterThan(20);
  // What is not read stays with the kernel and the sender.
  expect(line.held).toBeLessThanOrEqual(96 * 1024);
  sink.close();
});

test('delay and rate hold', async () => {
  const socket = await dial();
  line.delayMs = 30;
  const start = performance.now();
  await roundTrip(socket, 'x');
  expect(performance.now() - start).toBeGreaterThanOrEqual(59);
  line.delayMs = 0;
  line.bytesPerSecond = 100_000;
  const began = performance.now();
  let got = 0;
  socket.write(Buffer.alloc(20_000));
  while (got < 20_000) got += ((await once(socket, 'data')) as [Buffer])[0].length;
  expect(performance.now() - began).toBeGreaterThan(190);
});
