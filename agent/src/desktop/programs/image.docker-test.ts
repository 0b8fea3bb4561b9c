/** Runs the image of desktops on a real engine, with the same container options as the launcher. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import Docker from 'dockerode';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HoldOrder, holdArguments } from '../holder/index.ts';
import { hostConfig, SECCOMP } from '../launch/index.ts';
import type { Phase } from './index.ts';
import { openDisplayScript } from './testing/index.ts';

const IMAGE = 'unicore/desktop:latest';
const engine = new Docker();
const STRANGER = '12345:12345';
const CORES = availableParallelism();
const HOUR_MS = 3_600_000;
const ORDER: HoldOrder = {
  sessionId: 'ds-test',
  attempt: 1,
  scale: 1,
  lifeMs: HOUR_MS,
  idleMs: HOUR_MS,
  bootMs: HOUR_MS,
};
const NEIGHBOUR_PORT = 7777;
const SERVER = `require('node:http').createServer((request, response) => {
  require('node:fs').appendFileSync('/tmp/requests', request.url + '\\n');
  response.end();
}).listen(${NEIGHBOUR_PORT})`;

/** This machine's address on the bridge of its containers. */
let machine: string;
/** The URL of a web server at that address, and the paths that were asked for. */
let site: string;
const requests: string[] = [];
/** A web server in another desktop. */
let neighbour: string;
/** A desktop that most tests look at. Its page is on this machine, which it may not reach. */
let first: Desktop;

const cleanups: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  const { IPAM } = await engine.getNetwork('bridge').inspect();
  machine = IPAM?.Config?.[0]?.Gateway ?? '172.17.0.1';
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    response.setHeader('content-type', 'text/html');
    const tell = `onload="fetch('/reached')" onerror="fetch('/not-reached')"`;
    response.end(`<body style="background: teal"><img src="${neighbour}/image" ${tell}>`);
  });
  await new Promise<void>((resolve) => server.listen(0, machine, resolve));
  cleanups.push(async () => server.close());
  site = `http://${machine}:${(server.address() as AddressInfo).port}`;
  first = await desktop(['--url', `${site}/refused`]);
  await first.reached('running');
});
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

interface Desktop {
  readonly container: Docker.Container;
  readonly phases: Phase[];
  /** Resolves when this phase is reached, counted from the phase with the index `from`. */
  reached(name: Phase['name'], from?: number): Promise<Phase>;
  /** Runs a command in the container. Resolves with what it printed, and its exit code. */
  run(command: readonly string[], user?: string): Promise<{ out: string; code: number | null }>;
  /** Starts a web server in the container, which writes paths to /tmp/requests. Resolves with the container's address. */
  serve(): Promise<string>;
}

async function desktop(
  args: readonly string[] = [],
  changes: Docker.HostConfig = {},
  order: Partial<HoldOrder> = {},
): Promise<Desktop> {
  const seccomp = await readFile(SECCOMP, 'utf8');
  const HostConfig = { ...hostConfig(CORES, seccomp), ...changes };
  const container = await engine.createContainer({
    Image: IMAGE,
    Cmd: [...holdArguments('/desktop', { ...ORDER, ...order }), ...args],
    HostConfig,
  });
  cleanups.push(() => container.remove({ force: true, v: true }));
  const phases: Phase[] = [];
  const changed = new EventTarget();
  await container.start();
  const log = await container.logs({ follow: true, stdout: true, stderr: true });
  const out = new PassThrough();
  engine.modem.demuxStream(log, out, out);
  log.on('end', () => out.end());
  const lines = createInterface(out);
  lines.on('line', (line) => {
    if (!line.includes('"msg":"phase"')) return;
    phases.push(JSON.parse(line));
    changed.dispatchEvent(new Event('change'));
  });
  return {
    container,
    phases,
    async reached(name, from = 0) {
      for (;;) {
        const phase = phases.slice(from).find((one) => one.name === name);
        if (phase) return phase;
        if (phases.at(-1)?.name === 'failed') throw new Error(`It is not ${name}: ${JSON.stringify(phases)}`);
        await new Promise((resolve) => changed.addEventListener('change', resolve, { once: true }));
      }
    },
    async run(command, user = '') {
      const exec = await container.exec({
        Cmd: [...command],
        User: user,
        AttachStdout: true,
        AttachStderr: true,
      });
      const stream = await exec.start({});
      const all = new PassThrough();
      engine.modem.demuxStream(stream, all, all);
      stream.on('end', () => all.end());
      const text = (await buffer(all)).toString().trim();
      return { out: text, code: (await exec.inspect()).ExitCode };
    },
    async serve() {
      const exec = await container.exec({ Cmd: ['node', '--eval', SERVER] });
      await exec.start({ Detach: true });
      return (await container.inspect()).NetworkSettings.Networks.bridge?.IPAddress ?? '';
    },
  };
}

test('the container runs a desktop that nobody can dial', async () => {
  const one = first;
  expect(one.phases.map(({ name }) => name)).toEqual(['booting', 'painting', 'running']);
  expect(await one.run(['unicore-desktop', 'health'])).toEqual({ out: 'running', code: 0 });
  expect((await one.run(['ss', '-H', '-ltnu'])).out).toBe('');

  const status = (await one.run(['cat', '/proc/1/status'])).out;
  expect(status).toMatch(/^Uid:\t10002\t/m);
  expect(status).toMatch(/^CapEff:\t0+$/m);
  expect(status).toMatch(/^NoNewPrivs:\t1$/m);
  expect((await one.run(['touch', '/unicore/file'])).out).toContain('Read-only');

  const display = (await one.run(['sh', '-c', 'ls /tmp/.X11-unix'])).out.replace('X', '');
  const open = ['node', '--eval', openDisplayScript(Number(display))];
  expect((await one.run(open, STRANGER)).out).toBe('0');
  expect((await one.run(['ls', '/desktop'], STRANGER)).out).toContain('Permission denied');
});

test('each program that is killed in the container comes back', async () => {
  const one = first;
  for (const name of ['chromium', 'Xvnc']) {
    const seen = one.phases.length;
    expect((await one.run(['sh', '-c', `kill -KILL $(pgrep -o -x ${name})`])).code).toBe(0);
    await one.reached('running', seen);
    expect((await one.run(['unicore-desktop', 'health'])).code).toBe(0);
  }
  await one.run(['sh', '-c', 'kill -KILL $(pgrep -x openbox)']);
  await expect.poll(async () => (await one.run(['pgrep', '-x', 'openbox'])).code).toBe(0);
});

test('Chromium reaches the machine of its owner only where the configuration says so, and no other desktop', async () => {
  neighbour = `http://${await first.serve()}:${NEIGHBOUR_PORT}`;
  const isUp = () =>
    fetch(`${neighbour}/control`).then(
      ({ ok }) => ok,
      () => false,
    );
  await expect.poll(isUp).toBe(true);
  await desktop(['--url', `${site}/allowed`, '--reachable', machine]);
  await expect.poll(() => requests).toContain('/not-reached');
  expect(requests).toContain('/allowed');
  expect(requests).not.toContain('/refused');
  expect((await first.run(['cat', '/tmp/requests'])).out).toBe('/control');
});

test('where user namespaces are refused, it fails and says what to do', async () => {
  const one = await desktop([], { SecurityOpt: ['no-new-privileges'] });
  const { code, reason } = await one.reached('failed');
  expect(code).toBe('LAUNCH_FAILED');
  expect(reason).toContain('seccomp');
  expect((await one.container.wait()).StatusCode).toBe(1);
});

test('where the configuration allows that, it runs without the sandbox', async () => {
  const one = await desktop([], { SecurityOpt: ['no-new-privileges'] }, { sandbox: 'optional' });
  await one.reached('running');
  expect((await one.run(['ss', '-H', '-ltnu'])).out).toBe('');
});

test('the image has fonts for Japanese, Chinese, Korean, Arabic, Hindi and emoji', async () => {
  for (const language of ['ja', 'zh-cn', 'ko', 'ar', 'hi', 'und-zsye'])
    expect((await first.run(['fc-list', `:lang=${language}`, 'family'])).out, language).toContain('Noto');
});

test('a desktop that is stopped ends without a trace', async () => {
  await first.container.stop();
  const { State } = await first.container.inspect();
  expect(State.ExitCode).toBe(0);
  expect(await first.reached('ended')).toMatchObject({ reason: 'Its machine stops it.' });
});
