/**
 * Tests of the docker launcher on a real engine: its contract, the hardening as seen from inside a container, and
 * desktops whose container or engine goes away.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { systemClock } from '@unicore/protocol';
import type { DesktopOrder, DesktopRef } from '@unicore/protocol/control';
import Docker from 'dockerode';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { dockerSocket } from '../../runtime/index.ts';
import { connectHolder } from '../link/index.ts';
import { buildStandInImage, launcherContract, runDesktops } from '../testing/index.ts';
import { DockerLauncher, type DockerLauncherOptions } from './docker.ts';

const BASE = process.env.UNICORE_TEST_IMAGE ?? 'unicore/vm:latest';
const IMAGE = 'unicore/desktop-stand-in:latest';
const SOCKET = dockerSocket(process.env);
const engine = new Docker({ socketPath: SOCKET });

beforeAll(() => buildStandInImage(engine, IMAGE, BASE));

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'unicore-launcher-'));
  cleanups.push(() => rm(path, { recursive: true }));
  return path;
}

/** A profile that forbids nothing. The real one is tested with the image that it belongs to. */
async function profile(): Promise<string> {
  const path = join(await folder(), 'seccomp.json');
  await writeFile(path, JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW' }));
  return path;
}

let lastProvider = 0;
/** Each test gets a new provider id, so that a test does not see the containers of another test. */
async function newLauncher(options: Partial<DockerLauncherOptions> = {}): Promise<DockerLauncher> {
  const providerId = `test-${process.pid}-${++lastProvider}`;
  return new DockerLauncher({ providerId, socketPath: SOCKET, seccomp: await profile(), ...options });
}

function nameOf({ sessionId, attempt }: DesktopRef): string {
  return `unicore-desktop-${sessionId}-a${attempt}`;
}

async function run(ref: DesktopRef, command: string): Promise<string> {
  const exec = await engine
    .getContainer(nameOf(ref))
    .exec({ Cmd: ['bash', '-c', command], AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  const out = new PassThrough();
  engine.modem.demuxStream(stream, out, out);
  stream.on('end', () => out.end());
  return text(out);
}

function orderOf(name: string): DesktopOrder {
  const limits = { lifeMs: 60_000, idleMs: 60_000, bootMs: 250_000 };
  const sessionId = `${name}-${process.pid}`;
  return { sessionId, attempt: 1, desired: 'running', image: IMAGE, scale: 1, ...limits };
}

launcherContract(async () => ({
  launcher: await newLauncher(),
  image: IMAGE,
  kill: async (ref) => engine.getContainer(nameOf(ref)).kill(),
  async remains(refs) {
    const label = ['unicore.session'];
    const [containers, networks] = await Promise.all([
      engine.listContainers({ all: true, filters: { label } }),
      engine.listNetworks({ filters: { label } }),
    ]);
    const names = new Set(refs.map(nameOf));
    return [
      ...containers.flatMap(({ Names }) => Names.map((name) => name.slice(1))),
      ...networks.map(({ Name }) => Name),
    ].filter((name) => names.has(name));
  },
  close: async () => undefined,
}));

test('inside, a desktop is an ordinary user without any capability, in a container that it cannot change', async () => {
  const launcher = await newLauncher();
  const order = orderOf('inside');
  cleanups.push(() => launcher.remove(order));
  await launcher.start(order);
  const status = await run(order, 'id -u; id -g; grep -E "^(Cap|NoNewPrivs|Seccomp:)" /proc/self/status');
  expect(status).toMatch(/^10002\n10002\n/);
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
    expect(status).toMatch(new RegExp(`${set}:\\s0{16}\n`));
  expect(status).toMatch(/NoNewPrivs:\s1\n/);
  expect(status).toMatch(/Seccomp:\s2\n/);
  expect(await run(order, 'touch /etc/x /usr/x /x 2>&1')).toMatch(/^(touch: .*Read-only file system\n){3}$/);
  expect(await run(order, 'touch ~/x /tmp/x && stat -c %a:%u ~')).toBe('700:10002\n');
  const { HostConfig, Mounts, NetworkSettings } = await engine.getContainer(nameOf(order)).inspect();
  expect(HostConfig).toMatchObject({
    Memory: 4 * 2 ** 30,
    MemorySwap: 4 * 2 ** 30,
    ShmSize: 2 ** 30,
    PidsLimit: 4096,
    Privileged: false,
    RestartPolicy: { Name: 'no' },
    Binds: null,
    CapAdd: null,
  });
  expect(Mounts).toEqual([]);
  expect(NetworkSettings.Ports).toEqual({});
});

test('two desktops cannot reach each other', async () => {
  const launcher = await newLauncher();
  const [one, two] = [orderOf('net-one'), orderOf('net-two')];
  for (const order of [one, two]) {
    cleanups.push(() => launcher.remove(order));
    await launcher.start(order);
  }
  const server = `require('net').createServer((s) => s.end()).listen(7777, () => console.log('listens'))`;
  const listening = run(one, `timeout 60 /opt/node -e "${server}" & sleep 1; hostname -I`);
  const address = (await listening).trim().split(/\s+/).at(-1);
  const dial = (to: string) =>
    `/opt/node -e "const s = require('net').connect(7777, '${to}'); s.setTimeout(1500); s.on('connect', () => { console.log('reached'); process.exit() }); for (const e of ['error', 'timeout']) s.on(e, () => { console.log('no'); process.exit() })"`;
  expect(await run(one, dial('127.0.0.1'))).toBe('reached\n');
  expect(await run(two, dial(address!))).toBe('no\n');
});

test('the time of a desktop is what the engine has recorded', async () => {
  const launcher = await newLauncher();
  const order = orderOf('time');
  cleanups.push(() => launcher.remove(order));
  await launcher.start(order);
  await launcher.stop(order);
  const presence = await launcher.find(order);
  const { State } = await engine.getContainer(nameOf(order)).inspect();
  expect(presence).toMatchObject({
    outcome: { ms: Date.parse(State.FinishedAt) - Date.parse(State.StartedAt) },
  });
});

test('another provider on the same engine neither sees nor changes a desktop', async () => {
  const launcher = await newLauncher();
  const order = orderOf('other');
  cleanups.push(() => launcher.remove(order));
  await launcher.start(order);
  const other = await newLauncher();
  expect(await other.list()).toEqual([]);
  await other.stop(order);
  await other.remove(order);
  expect(await launcher.find(order)).toEqual({ state: 'alive' });
});

test('a desktop whose image is missing is a failed start with the remedy, and leaves no network', async () => {
  const launcher = await newLauncher();
  const order = { ...orderOf('no-image'), image: 'unicore/no-such-image' };
  cleanups.push(() => launcher.remove(order));
  await expect(launcher.start(order)).rejects.toMatchObject({
    code: 'IMAGE_MISSING',
    message: expect.stringContaining('npm run images'),
  });
  expect(await launcher.find(order)).toMatchObject({ state: 'over', outcome: { status: null, ms: 0 } });
  await launcher.remove(order);
  expect(await launcher.list()).toEqual([]);
});

test('without an engine every call fails with the remedy', async () => {
  const launcher = await newLauncher({ socketPath: '/tmp/no-engine-here.sock' });
  const gone = { code: 'RUNTIME_UNAVAILABLE', message: expect.stringContaining('no-engine-here.sock') };
  const order = orderOf('gone');
  for (const call of [launcher.list(), launcher.find(order), launcher.start(order), launcher.connect(order)])
    await expect(call).rejects.toMatchObject(gone);
});

test('a desktop whose container is removed by hand has ended, with the reason', async () => {
  const [launcher, order] = [await newLauncher(), orderOf('by-hand')];
  const { desktops, until } = await runDesktops(launcher, await folder());
  cleanups.push(() => desktops.close());
  await desktops.apply([order]);
  await until(({ phase }) => phase === 'running');
  await engine.getContainer(nameOf(order)).remove({ force: true });
  expect(await until(({ phase }) => phase === 'ended')).toMatchObject({ code: 'CONTAINER_LOST' });
  expect(await launcher.list()).toEqual([]);
});

test('a desktop runs on while the engine is away, and its end is told when the engine is back', async () => {
  const proxy = await engineProxy();
  const { socketPath } = proxy;
  const launcher = await newLauncher({ socketPath, connectDirectly: async () => undefined });
  const order = orderOf('away');
  const { desktops, until } = await runDesktops(launcher, await folder());
  cleanups.push(() => desktops.close());
  await desktops.apply([order]);
  await until(({ phase }) => phase === 'running');
  await proxy.cut();
  expect(await until(({ code }) => code !== null)).toMatchObject({
    phase: 'running',
    code: 'RUNTIME_UNAVAILABLE',
  });
  await proxy.restore();
  await until(({ phase, code }) => phase === 'running' && code === null);
  await proxy.cut();
  await engine.getContainer(nameOf(order)).kill();
  await until(({ code }) => code !== null);
  await proxy.restore();
  expect(await until(({ phase }) => phase === 'ended')).toMatchObject({ code: 'CONTAINER_LOST' });
  expect(await launcher.list()).toEqual([]);
});

test('what a desktop sends and gets needs no engine where the agent is root on Linux', async () => {
  const proxy = await engineProxy();
  const [launcher, order] = [await newLauncher({ socketPath: proxy.socketPath }), orderOf('direct')];
  const { desktops, until } = await runDesktops(launcher, await folder());
  cleanups.push(async () => {
    await desktops.close();
    await launcher.remove(order);
  });
  await desktops.apply([order]);
  await until(({ phase }) => phase === 'running');
  const stream = await launcher.connect(order);
  await proxy.cut();
  const holder = await connectHolder(stream, systemClock, () => undefined);
  expect(await holder.control.status()).toMatchObject({ phase: 'running' });
  stream.destroy();
  await proxy.restore();
});

/** A proxy in front of the engine. With it, a test can make the engine unavailable to one agent only. */
async function engineProxy() {
  const socketPath = join(await folder(), 'docker.sock');
  const sockets = new Set<Socket>();
  let server: Server;
  const restore = async () => {
    server = createServer((client) => {
      const upstream = connect(SOCKET);
      for (const socket of [client, upstream]) {
        sockets.add(socket);
        socket.on('error', () => socket.destroy());
        socket.on('close', () => sockets.delete(socket));
      }
      client.pipe(upstream).pipe(client);
    });
    await new Promise<void>((done) => server.listen(socketPath, done));
  };
  const cut = async () => {
    const closed = new Promise((done) => server.close(done));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await restore();
  cleanups.push(cut);
  return { socketPath, cut, restore };
}
