/**
 * createUniCore in Node, over real sockets: calls, subscriptions and channels, each with its bearer token.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { initTRPC } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import { Acceptor, Leg, systemClock } from '@unicore/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { FakeShell } from './testing/fake-shell.ts';
import { createUniCore } from './unicore.ts';

const t = initTRPC.context<{ authorization: string | undefined }>().create();
const resized: unknown[] = [];
const router = t.router({
  vm: t.router({
    list: t.procedure.query(({ ctx }) => [ctx.authorization]),
    resize: t.procedure.input((input) => input).mutation(({ input }) => void resized.push(input)),
    watch: t.procedure.subscription(async function* ({ ctx }) {
      yield ctx.authorization;
    }),
  }),
});

let server: Server;
let url: string;
const hellos: unknown[] = [];
const shells: FakeShell[] = [];

beforeAll(async () => {
  const trpc = createHTTPHandler({
    router,
    basePath: '/trpc/',
    createContext: ({ req }) => ({ authorization: req.headers.authorization }),
  });
  server = createServer(trpc);
  const acceptor = new Acceptor({
    clock: systemClock,
    accept: (request) => {
      const shell = new FakeShell(request.meta);
      shells.push(shell);
      shell.channel = request.accept(shell.handler, { terminalId: 'main', viewer: 'w1' });
      shell.say('prompt$ ');
    },
  });
  const sockets = new WebSocketServer({ server, path: '/consumer', perMessageDeflate: false });
  sockets.on('connection', (ws) => {
    const leg = new Leg({
      transport: {
        send: (message) => ws.send(message),
        close: (code, reason) => ws.close(code, reason),
        buffered: 0,
      },
      clock: systemClock,
      peer: 'consumer',
      handler: {
        hello: (meta) => {
          hellos.push(meta);
          leg.welcome({});
        },
        open: (frame) => acceptor.open(leg, frame),
        closed: () => {},
      },
    });
    ws.on('message', (message: Buffer) => leg.receive(message));
    ws.on('close', (code, reason) => leg.socketClosed(code, reason.toString()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test('calls and subscriptions carry the current token', async () => {
  let asked = 0;
  const unicore = createUniCore({ url, getToken: () => `t${++asked}` });
  expect(await unicore.api.vm.list.query()).toEqual([expect.stringMatching(/^Bearer t\d$/)]);
  const seen = await new Promise((done, fail) => {
    const watching = unicore.api.vm.watch.subscribe(undefined, {
      onData: (data) => {
        watching.unsubscribe();
        done(data);
      },
      onError: fail,
    });
  });
  expect(seen).toMatch(/^Bearer t\d$/);
  unicore.close();
});

test('a terminal opens, echoes, resizes and closes over the global WebSocket', async () => {
  const unicore = createUniCore({ url, getToken: async () => 'secret' });
  const statuses: string[] = [];
  unicore.onStatus((status) => statuses.push(status));
  const terminal = unicore.openTerminal('v1', { cols: 100, rows: 30 });
  const [{ data }] = (await once(terminal, 'message')) as [MessageEvent<ArrayBuffer>];
  expect(new TextDecoder().decode(data)).toBe('prompt$ ');
  expect(hellos.at(-1)).toMatchObject({ token: 'secret' });
  expect(shells.at(-1)!.meta).toEqual({
    vmId: 'v1',
    terminalId: 'main',
    readOnly: false,
    cols: 100,
    rows: 30,
  });
  terminal.send('exit\r');
  terminal.resize(120, 40);
  await expect
    .poll(() => resized)
    .toEqual([{ vmId: 'v1', terminalId: 'main', viewer: 'w1', cols: 120, rows: 40 }]);
  terminal.close();
  await once(terminal, 'close');
  expect(shells.at(-1)!.typed).toBe('exit\r');
  unicore.close();
  expect(statuses).toEqual(['connected', 'closed']);
  expect(unicore.status).toBe('closed');
});

test("a desktop's screen carries bytes, and its browser carries messages of text", async () => {
  const unicore = createUniCore({ url, getToken: async () => 'secret' });
  const screen = unicore.openDesktop('d-1', { viewOnly: true });
  const [{ data }] = (await once(screen, 'message')) as [MessageEvent<ArrayBuffer>];
  expect(new TextDecoder().decode(data)).toBe('prompt$ ');
  expect(shells.at(-1)!.meta).toEqual({
    sessionId: 'd-1',
    viewOnly: true,
    text: false,
    clipboard: false,
  });
  const browser = unicore.openCdp('d-1');
  await once(browser, 'open');
  const { meta, channel } = shells.at(-1)!;
  expect(meta).toEqual({ sessionId: 'd-1' });
  browser.send('{"id":1}');
  await expect.poll(() => shells.at(-1)!.typed).toBe('{"id":1}\0');
  const answer = once(browser, 'message') as Promise<[MessageEvent<string>]>;
  shells.at(-1)!.say('\0');
  expect((await answer)[0].data).toBe('prompt$ ');
  expect(channel!.isClosed).toBe(false);
  unicore.close();
});

test('close() ends its terminals at the other end, too, which no longer waits for a reconnect', async () => {
  const unicore = createUniCore({ url, getToken: async () => 'secret' });
  await once(unicore.openTerminal('v1'), 'message');
  const shell = shells.at(-1)!;
  unicore.close();
  await expect.poll(() => shell.closed).toBe('OK');
});

test('an invalid url is refused at once, with the remedy', () => {
  for (const bad of ['hub.example', 'ws://hub', undefined])
    expect(() => createUniCore(bad === undefined ? {} : { url: bad })).toThrow(/http\(s\):\/\//);
});
