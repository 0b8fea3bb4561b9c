/** The proxy between Chromium and the network, with real sockets. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { type Reach, reachOf } from './addresses.ts';
import { serveProxy } from './proxy.ts';
import { REPLY } from './socks.ts';
import { Traffic } from './traffic.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

async function client(reach: Reach, traffic = new Traffic()): Promise<Socket> {
  const server = createServer();
  serveProxy(server, reach, traffic);
  return connect({ port: await listen(server), host: '127.0.0.1', allowHalfOpen: true });
}

function request(host: string, port: number): Buffer {
  return Buffer.from([5, 1, 0, 5, 1, 0, 3, host.length, ...Buffer.from(host), port >> 8, port & 255]);
}

test('bytes go both ways unchanged, also those that came with the request, and each side ends for itself', async () => {
  const port = await listen(
    createServer({ allowHalfOpen: true }, async (socket) => {
      const got = await buffer(socket);
      socket.end(Buffer.concat([got, got]));
    }),
  );
  const socket = await client(reachOf(['127.0.0.1']));
  const sent = Buffer.alloc(300_000, 'abc');
  socket.end(Buffer.concat([request('127.0.0.1', port), sent]));
  const got = await buffer(socket);
  expect([...got.subarray(0, 4)]).toEqual([5, 0, 5, REPLY.connected]);
  expect(got.subarray(12).equals(Buffer.concat([sent, sent]))).toBe(true);
});

test('what is sent to servers is counted, and nothing is sent after the end', async () => {
  const closed: Promise<unknown>[] = [];
  const port = await listen(createServer((socket) => closed.push(once(socket.resume(), 'close'))));
  const traffic = new Traffic();
  const reach = reachOf(['127.0.0.1']);
  const one = await client(reach, traffic);
  one.end(Buffer.concat([request('127.0.0.1', port), Buffer.alloc(1_000)]));
  await buffer(one);
  const two = await client(reach, traffic);
  two.write(Buffer.concat([request('127.0.0.1', port), Buffer.alloc(200)]));
  await expect.poll(() => traffic.sentBytes).toBe(1_200);
  traffic.end();
  await Promise.all([...closed, buffer(two).catch(() => undefined)]);
  expect(traffic.sentBytes).toBe(1_200);
  const late = await client(reach, traffic);
  late.write(Buffer.concat([request('127.0.0.1', port), Buffer.alloc(200)]));
  await buffer(late).catch(() => undefined);
  expect(traffic.sentBytes).toBe(1_200);
});

test('neither an address nor a name that leads to one is dialled if the rule refuses it', async () => {
  let dialled = 0;
  const port = await listen(createServer(() => dialled++));
  for (const host of ['127.0.0.1', 'localhost', '::1', '0.0.0.0']) {
    const socket = await client(reachOf([]));
    socket.write(request(host, port));
    const got = await buffer(socket);
    expect([...got.subarray(2, 4)], host).toEqual([5, REPLY.notAllowed]);
  }
  expect(dialled).toBe(0);
});

test('the address that was checked is the one that is dialled', async () => {
  const asked: string[] = [];
  const port = await listen(createServer((socket) => socket.end('welcome')));
  const socket = await client((address) => {
    asked.push(address);
    return address === '127.0.0.1';
  });
  socket.write(request('localhost', port));
  expect((await buffer(socket)).subarray(12).toString()).toBe('welcome');
  expect(asked).toContain('127.0.0.1');
});

test('a server that refuses, and clients that speak something else, are answered and closed', async () => {
  const closed = createServer();
  const port = await listen(closed);
  closed.close();
  const refused = await client(reachOf(['127.0.0.1']));
  refused.write(request('127.0.0.1', port));
  expect([...(await buffer(refused)).subarray(2, 4)]).toEqual([5, REPLY.hostUnreachable]);

  for (const bytes of [Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.from([5, 1, 0, 5, 2, 0, 1, 0])]) {
    const other = await client(reachOf([]));
    other.write(bytes);
    expect((await buffer(other)).at(-9)).toBe(REPLY.unsupported);
  }
});

test('a client that goes away in the middle of a request leaves nothing', async () => {
  const socket = await client(reachOf([]));
  socket.end(Buffer.from([5, 1, 0, 5]));
  expect((await buffer(socket)).length).toBeGreaterThan(0);
});
