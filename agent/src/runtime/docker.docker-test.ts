/**
 * Tests of the docker runtime on a real engine: the runtime contract, the hardening as seen from inside a
 * container, and a failing engine.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { systemClock } from '@unicore/protocol';
import Docker from 'dockerode';
import { afterEach, expect, test } from 'vitest';
import { DockerRuntime } from './docker.ts';
import { dockerSocket } from './engine.ts';
import type { RuntimeListener, VmSpec } from './runtime.ts';
import { runtimeContract } from './testing/index.ts';

const IMAGE = process.env.UNICORE_TEST_IMAGE ?? 'unicore/vm:latest';
const SOCKET = dockerSocket(process.env);
const engine = new Docker({ socketPath: SOCKET });

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

let lastProvider = 0;
/** Each test gets a new provider id, so that a test does not see the containers of another test. */
function dockerRuntime(socketPath: string = SOCKET): DockerRuntime {
  const providerId = `test-${process.pid}-${++lastProvider}`;
  return new DockerRuntime({ providerId, clock: systemClock, random: Math.random, socketPath });
}

async function run(container: string, command: string, user = ''): Promise<string> {
  const exec = await engine
    .getContainer(container)
    .exec({ Cmd: ['bash', '-c', command], User: user, AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  const out = new PassThrough();
  engine.modem.demuxStream(stream, out, out);
  stream.on('end', () => out.end());
  return (await buffer(out)).toString();
}

async function started(
  size: VmSpec['size'] = 'small',
): Promise<{ runtime: DockerRuntime; spec: VmSpec; name: string }> {
  const runtime = dockerRuntime();
  const spec: VmSpec = { vmId: `vm-${process.pid}-${lastProvider}`, gen: 1, image: IMAGE, size };
  cleanups.push(() => runtime.remove(spec.vmId));
  await runtime.start(spec);
  return { runtime, spec, name: `unicore-${spec.vmId}-g1` };
}

/** Records the events that a runtime reports about its VMs and its engine, and can wait for one event. */
function listen(runtime: DockerRuntime): { told: string[]; until(what: string): Promise<void> } {
  const told: string[] = [];
  let wake: () => void = () => undefined;
  const tell = (what: string) => {
    told.push(what);
    wake();
  };
  const listener: RuntimeListener = {
    changed: () => tell('changed'),
    outOfMemory: () => tell('outOfMemory'),
    unavailable: (error) => tell(`unavailable: ${error.message}`),
    available: () => tell('available'),
  };
  const unwatch = runtime.watch(listener);
  cleanups.push(async () => unwatch());
  return {
    told,
    async until(what) {
      while (!told.some((each) => each.startsWith(what))) await new Promise<void>((next) => (wake = next));
    },
  };
}

runtimeContract(async () => {
  const runtime = dockerRuntime();
  return {
    runtime,
    image: IMAGE,
    run: (vmId, gen, command) => run(`unicore-${vmId}-g${gen}`, command),
    close: async () => undefined,
  };
});

test('inside, the VM is an ordinary user without any capability, and cannot get one', async () => {
  const { name } = await started();
  const status = await run(name, 'id -u; id -g; grep -E "^(Cap|NoNewPrivs|Seccomp:)" /proc/self/status');
  expect(status).toMatch(/^1000\n1000\n/);
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
    expect(status).toMatch(new RegExp(`${set}:\\s0{16}\n`));
  }
  expect(status).toMatch(/NoNewPrivs:\s1\n/);
  expect(status).toMatch(/Seccomp:\s2\n/);
});

test('only home, /tmp and /run can be written, and /tmp has a limit', async () => {
  const { name } = await started();
  expect(await run(name, 'touch /etc/x /usr/x /x 2>&1')).toMatch(/^(touch: .*Read-only file system\n){3}$/);
  expect(
    await run(name, 'echo "echo ran" > /tmp/x; chmod +x /tmp/x; /tmp/x; touch ~/x /run/x && echo wrote'),
  ).toBe('ran\nwrote\n');
  expect(await run(name, 'head -c 300M /dev/zero > /tmp/big')).toMatch(/No space left/);
  expect(await run(name, 'grep -E " /(tmp|run) " /proc/mounts | grep -c nosuid,nodev')).toBe('2\n');
});

test('all limits are set at the engine, and the VM gets no device or folder of the machine', async () => {
  const { name } = await started('large');
  const { HostConfig, Mounts } = await engine.getContainer(name).inspect();
  const { NCPU } = (await engine.info()) as { NCPU: number };
  expect(HostConfig).toMatchObject({
    Memory: 4 * 2 ** 30,
    MemorySwap: 4 * 2 ** 30,
    NanoCpus: Math.min(4, NCPU) * 1e9,
    PidsLimit: 512,
    Privileged: false,
    IpcMode: 'private',
    PidMode: '',
    UTSMode: '',
    NetworkMode: 'bridge',
    RestartPolicy: { Name: 'no' },
    Binds: null,
    CapAdd: null,
  });
  expect(HostConfig.Devices ?? []).toEqual([]);
  expect(Mounts.map(({ Type, Destination }) => [Type, Destination])).toEqual([['volume', '/home/consumer']]);
});

test('a fork bomb ends at the limit of processes', async () => {
  const { name } = await started();
  const out = await run(
    name,
    'for i in $(seq 600); do sleep 30 & done 2>&1 | head -1; kill $(jobs -p) 2>/dev/null; true',
  );
  expect(out).toMatch(/fork|Resource temporarily unavailable/);
});

test('a program that takes all memory is killed and reported, and the VM keeps running', async () => {
  const { runtime, spec, name } = await started();
  const watch = listen(runtime);
  await watch.until('available');
  await run(name, 'tail /dev/zero');
  await watch.until('outOfMemory');
  expect(await runtime.find(spec.vmId, 1)).toEqual({ state: 'running' });
  expect(await run(name, 'echo alive')).toBe('alive\n');
});

test('a container that is removed from outside is reported', async () => {
  const { runtime, spec, name } = await started();
  const watch = listen(runtime);
  await watch.until('available');
  await engine.getContainer(name).remove({ force: true });
  await watch.until('changed');
  expect(await runtime.find(spec.vmId, 1)).toEqual({ state: 'absent' });
});

test('a container that is stopped from outside is reported, with its exit code', async () => {
  const { runtime, spec, name } = await started();
  const watch = listen(runtime);
  await watch.until('available');
  await engine.getContainer(name).kill();
  await watch.until('changed');
  expect(await runtime.find(spec.vmId, 1)).toEqual({ state: 'stopped', exit: 'exit code 137' });
});

test('another provider on the same engine neither sees nor changes these VMs', async () => {
  const { runtime, spec } = await started();
  const other = dockerRuntime();
  expect(await other.list()).toEqual([]);
  await other.stop(spec.vmId);
  await other.remove(spec.vmId);
  expect(await runtime.find(spec.vmId, 1)).toEqual({ state: 'running' });
});

test('the error for a missing image says how to build it', async () => {
  const runtime = dockerRuntime();
  cleanups.push(() => runtime.remove('vm-no-image'));
  const spec: VmSpec = { vmId: 'vm-no-image', gen: 1, image: 'unicore/no-such-image', size: 'small' };
  await expect(runtime.start(spec)).rejects.toMatchObject({
    code: 'IMAGE_MISSING',
    message: expect.stringContaining('npm run images'),
  });
});

test('an invalid image name never reaches the engine', async () => {
  const runtime = dockerRuntime();
  cleanups.push(() => runtime.remove('vm-bad-image'));
  for (const image of ['../x', 'a b', 'UPPER', '-x', 'a:b:c', 'x@sha256:1', 'http://x/y']) {
    const spec: VmSpec = { vmId: 'vm-bad-image', gen: 1, image, size: 'small' };
    await expect(runtime.start(spec)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  }
});

test('without an engine every call fails with the remedy', async () => {
  const runtime = dockerRuntime('/tmp/no-engine-here.sock');
  const gone = {
    code: 'RUNTIME_UNAVAILABLE',
    message: expect.stringMatching(/no-engine-here\.sock\. Start Docker; the agent tries again by itself/),
  };
  const spec: VmSpec = { vmId: 'vm-x', gen: 1, image: IMAGE, size: 'small' };
  await expect(runtime.start(spec)).rejects.toMatchObject(gone);
  await expect(runtime.list()).rejects.toMatchObject(gone);
  await expect(runtime.find('vm-x', 1)).rejects.toMatchObject(gone);
  expect(await runtime.isolation()).toBe('container');
});

test('an engine that goes away and comes back is reported both times', async () => {
  const proxy = await engineProxy();
  const watch = listen(dockerRuntime(proxy.socketPath));
  await watch.until('available');
  await proxy.cut();
  await watch.until('unavailable: Docker does not answer');
  watch.told.length = 0;
  await proxy.restore();
  await watch.until('available');
});

test('while an engine shuts down, its containers are not reported as lost', async () => {
  const { name } = await started();
  const proxy = await engineProxy();
  const runtime = dockerRuntime(proxy.socketPath);
  await runtime.list();
  // When dockerd stops, it first refuses new connections and then ends containers. Old connections still get
  // answers.
  await proxy.refuse();
  await engine.getContainer(name).kill();
  await expect(runtime.find(name, 1)).rejects.toMatchObject({ code: 'RUNTIME_UNAVAILABLE' });
});

/** A proxy in front of the engine. With it, a test can make the engine unavailable to one agent only. */
async function engineProxy() {
  const dir = await mkdtemp(join(tmpdir(), 'unicore-engine-'));
  const socketPath = join(dir, 'docker.sock');
  const sockets = new Set<Socket>();
  let server: Server;
  const listenOn = async () => {
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
  const refuse = async () => {
    server.close();
    await rm(socketPath, { force: true });
  };
  const cut = async () => {
    const closed = new Promise((done) => server.close(done));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await listenOn();
  cleanups.push(async () => {
    await cut();
    await rm(dir, { recursive: true });
  });
  return { socketPath, cut, refuse, restore: listenOn };
}
