/** Tests of a whole agent in this process, with a small hub on a real socket. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Leg, Messages, Opener, systemClock } from '@unicore/protocol';
import {
  type AgentMethods,
  controlRpc,
  type DesktopObserved,
  type DesktopOrder,
  type HubMethods,
  type VmObserved,
  type VmOrder,
} from '@unicore/protocol/control';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { joinHub } from '../commands/index.ts';
import { loadConfig, saveConfig } from '../identity/index.ts';
import type { KeeperConnection } from '../keeper/index.ts';
import { bornOf, isAlive, loadState } from '../state/index.ts';
import { type Agent, startAgent } from './agent.ts';

/** A minimal hub: it accepts any provider and records what it receives. */
class SmallHub {
  readonly requests: IncomingMessage[] = [];
  readonly hellos: Record<string, unknown>[] = [];
  readonly reports: { whole: boolean; vms: VmObserved[] }[] = [];
  readonly desktops: { whole: boolean; desktops: DesktopObserved[] }[] = [];
  agent: AgentMethods | undefined;
  #server: Server | undefined;
  #sockets = new Set<WebSocket>();
  #port = 0;
  #wake = () => {};

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async listen(): Promise<void> {
    const server = createServer(async (request, response) => {
      await text(request);
      const answers: Record<string, unknown> = {
        '/trpc/agent.join': { providerId: 'p-1' },
        '/trpc/agent.challenge': { challenge: 'unicore-provider-challenge:p-1:x' },
        '/trpc/agent.token': { token: 'jwt', expiresAt: Date.now() + 900_000 },
      };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ result: { data: answers[request.url!] } }));
    });
    const sockets = new WebSocketServer({ server, path: '/provider', handleProtocols: () => 'unicore.v1' });
    sockets.on('connection', (ws, request) => this.#connected(ws, request));
    await new Promise<void>((done) => server.listen(this.#port, '127.0.0.1', done));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Ends the hub without close frames, as if the hub were killed. */
  async kill(): Promise<void> {
    for (const ws of this.#sockets) ws.terminate();
    await new Promise((done) => this.#server!.close(done));
  }

  connections(): Promise<number> {
    return new Promise((done, fail) =>
      this.#server!.getConnections((error, count) => (error ? fail(error) : done(count))),
    );
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((next) => (this.#wake = next));
  }

  #connected(ws: WebSocket, request: IncomingMessage): void {
    this.requests.push(request);
    this.#sockets.add(ws);
    const leg: Leg = new Leg({
      transport: {
        send: (message) => ws.send(message),
        close: (code, reason) => ws.close(code, reason),
        get buffered() {
          return ws.bufferedAmount;
        },
      },
      clock: systemClock,
      peer: 'provider',
      handler: {
        hello: (meta) => {
          this.hellos.push(meta as Record<string, unknown>);
          leg.welcome({});
          this.#openControl(leg);
        },
        closed: () => this.#sockets.delete(ws),
      },
    });
    ws.on('message', (message: Buffer) => leg.receive(message));
    ws.on('close', (code) => leg.socketClosed(code, ''));
  }

  #openControl(leg: Leg): void {
    const messages = new Messages((value) => rpc.receive(value));
    const local: HubMethods = {
      observed: async (report) => {
        this.reports.push(report);
        this.#wake();
      },
      observedDesktops: async (report) => {
        this.desktops.push(report);
        this.#wake();
      },
    };
    const rpc = controlRpc<AgentMethods, HubMethods>({
      local,
      post: (value) => messages.send(value),
      onError: () => undefined,
    });
    const channel = new Opener({
      clock: systemClock,
      kind: 'control',
      meta: () => ({}),
      random: (n) => crypto.getRandomValues(new Uint8Array(n)),
      leg: () => leg,
      resume: false,
      handler: { data: messages.data, pull: messages.pull, closed: () => undefined },
    });
    messages.bind(channel);
    channel.attach();
    this.agent = rpc.remote;
    this.#wake();
  }
}

let dir: string;
let agentDir: string;
let hub: SmallHub;
const agents: Agent[] = [];
const closedVms: string[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'unicore-agent-'));
  agentDir = join(dir, 'agent');
  closedVms.length = 0;
  hub = new SmallHub();
  await hub.listen();
});
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.close();
  await hub.kill();
  await rm(dir, { recursive: true });
});

async function started(): Promise<Agent> {
  if (!(await loadConfig(agentDir))) {
    await joinHub({
      agentDir,
      hub: hub.url,
      token: 't',
      name: 'desk',
      runtime: 'process',
      socketPath: '/none',
    });
  }
  const agent = await startAgent({
    agentDir,
    log: pino({ level: 'silent' }),
    socketPath: '/none',
    connectKeeper: fakeKeeper,
  });
  agents.push(agent);
  await agent.connected;
  return agent;
}

async function fakeKeeper(): Promise<KeeperConnection> {
  const control = { closeVm: async ({ vmId }: { vmId: string }) => void closedVms.push(vmId) };
  const leg = { close: () => undefined };
  return { control, leg, closed: new Promise(() => undefined) } as unknown as KeeperConnection;
}

const ORDER: VmOrder = { vmId: 'one', gen: 1, desired: 'running', image: 'unicore/vm', size: 'small' };
const phaseOf = (phase: VmObserved['phase']) => () =>
  hub.reports.some(({ vms }) => vms.some((vm) => vm.vmId === 'one' && vm.phase === phase));

test('there is one connection to the hub, without an Origin header', async () => {
  await started();
  await hub.until(() => hub.reports.length > 0);
  expect(await hub.connections()).toBe(1);
  const [{ headers }] = hub.requests as [IncomingMessage];
  expect(headers.origin).toBeUndefined();
  expect(headers['sec-websocket-protocol']).toBe('unicore.v1');
  expect(headers['sec-websocket-extensions']).toBeUndefined();
  expect(hub.hellos[0]).toMatchObject({
    token: 'jwt',
    name: 'desk',
    runtime: 'process',
    isolation: 'process',
  });
});

test('orders are carried out and reported, and the next connection starts with a report of all VMs', async () => {
  await started();
  await hub.until(() => hub.agent !== undefined);
  await hub.agent!.apply([ORDER]);
  await hub.until(phaseOf('running'));

  hub.reports.length = 0;
  hub.agent = undefined;
  await hub.kill();
  await hub.listen();
  await hub.until(() => hub.reports.length > 0);
  expect(hub.reports[0]).toEqual({
    whole: true,
    vms: [{ vmId: 'one', gen: 1, phase: 'running', code: null, reason: null }],
  });
  expect(hub.hellos[1]!.connSeq).toBeGreaterThan(hub.hellos[0]!.connSeq as number);

  await hub.agent!.apply([{ ...ORDER, desired: 'deleted' }]);
  await hub.until(phaseOf('deleted'));
  expect(closedVms).toEqual(['one']);
});

test('orders about desktops are carried out and reported, and the next connection starts with all of them', async () => {
  const order: DesktopOrder = {
    sessionId: 's-1',
    attempt: 1,
    // The desktop was never here. So its end is proven at once, and no program is started.
    desired: 'ended',
    image: 'unicore/desktop',
    scale: 1,
    lifeMs: 60_000,
    idleMs: 60_000,
    bootMs: 60_000,
  };
  const ended = { sessionId: 's-1', attempt: 1, phase: 'ended', code: null } as const;
  await started();
  await hub.until(() => hub.agent !== undefined && hub.desktops.length > 0);
  expect(hub.desktops[0]).toEqual({ whole: true, desktops: [] });
  await hub.agent!.applyDesktops([order]);
  await hub.until(() => hub.desktops.some(({ desktops }) => desktops[0]?.phase === 'ended'));

  hub.desktops.length = 0;
  hub.agent = undefined;
  await hub.kill();
  await hub.listen();
  await hub.until(() => hub.desktops.length > 0);
  expect(hub.desktops[0]).toMatchObject({ whole: true, desktops: [ended] });
  await expect.poll(() => loadState(agentDir)).toMatchObject({ desktops: [ended] });
  const screenshot = hub.agent!.desktopScreenshot({ sessionId: 's-1', attempt: 1 });
  await expect(screenshot).rejects.toMatchObject({ code: 'SESSION_ENDED' });
});

test('calls of the hub are validated: the error for a VM id that is a path names the field', async () => {
  await started();
  await hub.until(() => hub.agent !== undefined);
  await expect(hub.agent!.apply([{ ...ORDER, vmId: '../../etc' }])).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    message: expect.stringContaining('vmId'),
  });
  await expect(
    hub.agent!.openTerminal({ vmId: 'one', gen: 1, terminalId: 'main', cols: 80, rows: 24 }),
  ).rejects.toMatchObject({ code: 'VM_NOT_RUNNING' });
});

test('state.json holds the connection and the VMs', async () => {
  await started();
  await hub.until(() => hub.agent !== undefined);
  await hub.agent!.apply([ORDER]);
  await hub.until(phaseOf('running'));
  await expect
    .poll(() => loadState(agentDir))
    .toMatchObject({
      pid: process.pid,
      connection: { state: 'connected', reason: null },
      keeper: 'connected',
      vms: [{ vmId: 'one', phase: 'running' }],
    });
  const state = (await loadState(agentDir))!;
  expect(await isAlive(state)).toBe(true);
  expect(await isAlive({ ...state, born: 'another@boot' })).toBe(false);
  expect(await isAlive({ ...state, pid: 2 ** 22 + 1 })).toBe(false);
});

test('a second agent for the same folder is refused', async () => {
  await (await started()).close();
  const state = (await loadState(agentDir))!;
  // A second agent must be another process. So the file names another process that is running.
  await writeFile(
    join(agentDir, 'state.json'),
    JSON.stringify({ ...state, pid: process.ppid, born: await bornOf(process.ppid) }),
  );
  await expect(started()).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('runs already'),
  });
});

test('the error for a folder that never joined says how to join', async () => {
  const options = {
    agentDir,
    log: pino({ level: 'silent' }),
    socketPath: '/none',
    connectKeeper: fakeKeeper,
  };
  await expect(startAgent(options)).rejects.toThrow(/npm run agent -- join/);
});

test('a remote hub that is not allowed is refused at every start, not only when joining', async () => {
  await started();
  const config = (await loadConfig(agentDir))!;
  await saveConfig(agentDir, { ...config, hub: 'https://hub.example.org' });
  await expect(started()).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
