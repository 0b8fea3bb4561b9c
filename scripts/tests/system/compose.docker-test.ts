/**
 * Runs the compose file on the Docker engine: hubs, Redis and the proxy, with the privileges that the file
 * gives them.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createUniCore } from '@unicore/client/sdk';
import Docker from 'dockerode';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { ROOT } from '../../lib/paths.ts';
import { HUB_IMAGE } from '../../product/images/hub-image.ts';
import { buildImage, imageIsCurrent } from '../../product/images/image.ts';
import { hasImage } from '../../product/images/image-base.ts';
import { LocalAgent } from '../../testing/agent.ts';
import { type Compose, Composed, parseCompose } from '../../testing/compose.ts';
import { runIn } from '../../testing/hub-container.ts';
import { makeProgramImage } from '../../testing/program-image.ts';
import { runningVm, shell } from '../../testing/vms.ts';

const FILE = join(ROOT, 'server/deploy/compose.yaml');
/** Programs of this machine, which replace images that the engine does not have. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  proxy: ['haproxy'],
  redis: ['redis-server', 'redis-cli'],
};
const POLL_MS = 50;

const docker = new Docker();
const standIns: Record<string, string> = {};
let compose: Compose;
let composed: Composed;
let url: string;

beforeAll(async () => {
  if (!(await imageIsCurrent(docker, HUB_IMAGE))) await buildImage(docker, HUB_IMAGE, () => {});
  compose = parseCompose(await readFile(FILE, 'utf8'), { UNICORE_LISTEN: '127.0.0.1:0' });
  for (const [service, programs] of Object.entries(PROGRAMS)) {
    const { image } = compose.services[service]!;
    if (await hasImage(docker, image)) continue;
    standIns[image] = `unicore/test-${service}`;
    await makeProgramImage(docker, standIns[image], programs);
  }
  composed = await Composed.up(compose, FILE, standIns);
  const [proxy] = composed.containers('proxy');
  const { NetworkSettings } = await proxy!.inspect();
  url = `http://127.0.0.1:${NetworkSettings.Ports['7420/tcp']?.[0]?.HostPort}`;
  // The proxy looks up hubs every second, and checks every 0.5 s whether each hub is ready.
  while (
    !(await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ))
  )
    await delay(POLL_MS);
});

afterAll(async () => {
  await composed?.[Symbol.asyncDispose]();
  for (const image of Object.values(standIns)) await docker.getImage(image).remove({ force: true });
});

test('no container may write to its own files or has privileges', async () => {
  for (const name of Object.keys(compose.services)) {
    for (const container of composed.containers(name)) {
      const { Config, HostConfig, State } = await container.inspect();
      expect(State.Running, name).toBe(true);
      expect(HostConfig, name).toMatchObject({ ReadonlyRootfs: true, CapDrop: ['ALL'] });
      expect(HostConfig.SecurityOpt, name).toEqual(['no-new-privileges']);
      expect(Config.User, name).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    }
  }
});

test('Redis is reachable by hubs only, stores nothing on disk, and evicts nothing', async () => {
  expect(compose.services.redis?.ports).toEqual([]);
  expect(compose.networks.backplane).toEqual({ internal: true });
  const users = Object.entries(compose.services).filter(([, { networks }]) => networks.includes('backplane'));
  expect(users.map(([name]) => name).sort()).toEqual(['hub', 'redis']);
  const [redis] = composed.containers('redis');
  const setting = async (name: string) =>
    (await runIn(redis!, 'redis-cli', 'config', 'get', name)).output.split('\n')[1];
  expect(await setting('save')).toBe('');
  expect(await setting('appendonly')).toBe('no');
  expect(await setting('maxmemory-policy')).toBe('noeviction');
  expect(await setting('client-output-buffer-limit')).toContain('pubsub 33554432 16777216 10');
});

test('a user who signs in at one hub is known at all of them', async () => {
  const [hub] = composed.containers('hub');
  const link = new URL((await runIn(hub!, 'node', 'server/src/user.ts', 'ada')).output.trim());
  const login = await fetch(new URL(link.pathname + link.search, url), { redirect: 'manual' });
  const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      fetch(`${url}/api/vm`, { headers: { cookie } }).then(({ status }) => status),
    ),
  );
  expect(new Set(answers)).toEqual(new Set([200]));
});

test('a terminal works at each hub, though its machine is connected to one of them only', async () => {
  const hubs = composed.containers('hub');
  const { bearer, join } = await secrets(hubs[0]!);
  await using agent = new LocalAgent();
  await agent.join(url, join);
  const unicores = await Promise.all(
    hubs.map(async (hub) => createUniCore({ url: await addressOf(hub), getToken: () => bearer })),
  );
  const vmId = await runningVm(unicores[0]!);
  const views = await Promise.all(unicores.map((unicore) => shell(unicore, vmId)));
  for (const [index, view] of views.entries()) {
    view.type(`echo at the hub ''${index}\r`);
    await view.until(new RegExp(`^at the hub ${index}$`, 'm'));
  }
  for (const unicore of unicores) unicore.close();
  // Hubs connect to each other by the address that each container announces.
  const logs = await Promise.all(hubs.map((hub) => hub.logs({ stdout: true })));
  expect(logs.filter((log) => log.includes('"way":"direct","msg":"leg to another hub is up"'))).toHaveLength(
    hubs.length - 1,
  );
});

test('a hub that is told to stop ends in time, and no request fails', async () => {
  const hubs = composed.containers('hub');
  expect(hubs.length).toBeGreaterThan(1);
  let stopped = false;
  const stopping = hubs[0]!.stop().then(() => {
    stopped = true;
  });
  const statuses = new Set<number>();
  while (!stopped) statuses.add((await fetch(`${url}/`)).status);
  await stopping;
  expect(statuses).toEqual(new Set([200]));
  expect((await hubs[0]!.inspect()).State.ExitCode).toBe(0);
});

/** Creates a user. Returns the user's bearer token and a join token. */
async function secrets(hub: Docker.Container): Promise<{ bearer: string; join: string }> {
  const program = `
    import { openLocalAuth } from '/unicore/server/src/index.ts';
    const auth = openLocalAuth('/data', '');
    const { userId } = await auth.createUser('grace');
    console.log(JSON.stringify({ bearer: await auth.bearerToken(userId), join: await auth.joinToken(userId) }));
    await auth.close();`;
  const { output } = await runIn(hub, 'node', '--input-type=module', '--eval', program);
  return z.object({ bearer: z.string(), join: z.string() }).parse(JSON.parse(output));
}

/** Returns the address of a hub's container, which bypasses the proxy. */
async function addressOf(hub: Docker.Container): Promise<string> {
  const { NetworkSettings } = await hub.inspect();
  const [, network] = Object.entries(NetworkSettings.Networks).find(([name]) => name.endsWith('hubs'))!;
  return `http://${network.IPAddress}:7420`;
}
