/** Tests the shipped haproxy configuration in front of fake hubs. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { LoadBalancer } from '../../testing/load-balancer.ts';

class FakeHub {
  /** True if the fake hub answers HTTP requests with success, including /readyz. */
  ready = true;
  readonly asked: IncomingMessage[] = [];
  readonly name: string;
  readonly #server: Server;
  readonly #sockets: WebSocketServer;

  private constructor(name: string) {
    this.name = name;
    this.#server = createServer((request, response) => {
      const { url } = request;
      if (url !== '/readyz' && url !== '/healthz') this.asked.push(request);
      response.writeHead(this.ready || url === '/healthz' ? 200 : 503).end(this.name);
    });
    this.#sockets = new WebSocketServer({ server: this.#server });
    this.#sockets.on('connection', (socket) => socket.send(this.name));
  }

  static async start(name: string): Promise<FakeHub> {
    const hub = new FakeHub(name);
    hub.#server.listen(0, '127.0.0.1');
    await once(hub.#server, 'listening');
    return hub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Acts like a killed process: open sockets break, and the port refuses connections. */
  async kill(): Promise<void> {
    const closed = once(this.#server, 'close');
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

let hubs: [FakeHub, FakeHub, FakeHub];
let balancer: LoadBalancer;

beforeEach(async () => {
  hubs = await Promise.all([FakeHub.start('a'), FakeHub.start('b'), FakeHub.start('c')]);
  balancer = await LoadBalancer.start(hubs.map(({ url }) => url));
});

afterEach(async () => {
  await balancer.stop();
  await Promise.all(hubs.map((hub) => hub.kill().catch(() => {})));
});

const SOCKETS = 60;

/** Opens a socket. Resolves with the socket and the name of the hub that the socket has reached. */
async function open(): Promise<{ socket: WebSocket; name: string }> {
  const socket = new WebSocket(balancer.url.replace('http', 'ws'));
  const [data] = await once(socket, 'message');
  return { socket, name: String(data) };
}

/** Opens several sockets. Returns the names of the hubs that the sockets reached. */
async function reached(): Promise<Set<string>> {
  const opened = await Promise.all(Array.from({ length: SOCKETS }, open));
  for (const { socket } of opened) socket.terminate();
  return new Set(opened.map(({ name }) => name));
}

test('sockets are spread over all hubs', async () => {
  expect(await reached()).toEqual(new Set(['a', 'b', 'c']));
});

test('a hub that is not ready gets no more sockets, and keeps those that it has', async () => {
  const { socket } = await until('b');
  hubs[1].ready = false;
  await balancer.says('Server ready/hub2 is DOWN');
  expect(await reached()).toEqual(new Set(['a', 'c']));
  socket.ping();
  await once(socket, 'pong');
  hubs[1].ready = true;
  await balancer.says('Server ready/hub2 is UP');
  expect(await reached()).toEqual(new Set(['a', 'b', 'c']));
  socket.terminate();
});

test('a hub that has just been killed costs no client an answer', async () => {
  await hubs[2].kill();
  expect(await reached()).toEqual(new Set(['a', 'b']));
});

test('a read is retried at another hub when one answers 503; a write is not sent twice', async () => {
  hubs[1].ready = false;
  const get = await Promise.all(Array.from({ length: 20 }, () => fetch(`${balancer.url}/api/vm`)));
  expect(new Set(get.map(({ status }) => status))).toEqual(new Set([200]));
  for (const hub of hubs) hub.asked.length = 0;
  await Promise.all(Array.from({ length: 20 }, () => fetch(`${balancer.url}/api/vm`, { method: 'POST' })));
  expect(hubs.flatMap(({ asked }) => asked)).toHaveLength(20);
});

test('while no hub is ready, as without Redis, live hubs still serve', async () => {
  for (const hub of hubs) hub.ready = false;
  for (const index of [1, 2, 3]) await balancer.says(`Server ready/hub${index} is DOWN`);
  expect(await reached()).toEqual(new Set(['a', 'b', 'c']));
});

test('hubs get the client’s address at the end of the addresses that the sender claims', async () => {
  await fetch(`${balancer.url}/page`, { headers: { 'x-forwarded-for': '203.0.113.9' } });
  const [request] = hubs.flatMap(({ asked }) => asked);
  expect(request?.headers['x-forwarded-for']).toBe('203.0.113.9, 127.0.0.1');
});

async function until(name: string): Promise<{ socket: WebSocket; name: string }> {
  for (;;) {
    const opened = await open();
    if (opened.name === name) return opened;
    opened.socket.terminate();
  }
}

test('paths for other hubs and for monitoring are hidden from clients', async () => {
  for (const path of ['/metrics', '/hub']) expect((await fetch(`${balancer.url}${path}`)).status).toBe(404);
  expect(hubs.flatMap(({ asked }) => asked)).toEqual([]);
});
