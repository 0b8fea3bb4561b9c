/** Runs the hub's container image as in production. */
import { once } from 'node:events';
import Docker from 'dockerode';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { NODE_FLAGS } from '../../lib/node-flags.ts';
import { HUB_IMAGE } from '../../product/images/hub-image.ts';
import { buildImage, imageIsCurrent } from '../../product/images/image.ts';
import { HubContainer } from '../../testing/hub-container.ts';

const docker = new Docker();
let hub: HubContainer;

beforeAll(async () => {
  if (!(await imageIsCurrent(docker, HUB_IMAGE))) await buildImage(docker, HUB_IMAGE, () => {});
  hub = await HubContainer.start();
});

afterAll(() => hub?.[Symbol.asyncDispose]());

test('it is small, and its user is a number that is not root', async () => {
  const { Config, Size } = await docker.getImage(HUB_IMAGE.name).inspect();
  expect(Config.User).toBe('10001:10001');
  expect(Size).toBeLessThan(200e6);
});

test.each([
  ['/healthz', 'ok'],
  ['/readyz', 'ready'],
  ['/', '<div id="app"'],
  ['/api/openapi.json', '/vm/{vmId}/connect'],
])('with a read-only root and no rights at all it answers %s', async (path, words) => {
  const response = await fetch(hub.url + path);
  expect(response.status).toBe(200);
  expect(await response.text()).toContain(words);
});

test('its health check reports it healthy', async () => {
  const { Config } = await docker.getImage(HUB_IMAGE.name).inspect();
  const [kind, ...command] = (Config as { Healthcheck?: { Test?: string[] } }).Healthcheck?.Test ?? [];
  expect(kind).toBe('CMD');
  expect((await hub.run(...command)).code).toBe(0);
});

test('Node is started with the same flags as everywhere', async () => {
  const { output } = await hub.run(
    'node',
    '--print',
    'require("fs").readFileSync("/unicore/node.env", "utf8")',
  );
  expect(output.trim()).toBe(`NODE_OPTIONS="${NODE_FLAGS.join(' ')}"`);
});

test('it contains nothing but what a hub needs', async () => {
  const { code } = await hub.run('sh', '-c', 'true');
  expect(code).not.toBe(0);
  const list = 'require("fs").readdirSync(".", { recursive: true }).join("\\n")';
  const { output } = await hub.run('node', '--print', list);
  const files = output.split('\n');
  expect(files).toContain('server/src/main.ts');
  expect(files).toContain('client/dist/index.html');
  expect(
    files.filter((path) => /\.npmrc$|\.test\.ts$|node_modules\/(typescript|vite|dockerode)\//.test(path)),
  ).toEqual([]);
});

test('a user who is created in it can sign in by the link', async () => {
  const { output } = await hub.run('node', 'server/src/user.ts', 'ada');
  const link = new URL(output.trim());
  const response = await fetch(new URL(link.pathname + link.search, hub.url), { redirect: 'manual' });
  expect(response.status).toBe(303);
  expect(response.headers.get('set-cookie')).toContain('unicore_session=');
});

test('the port may come by PORT, as on Cloud Run', async () => {
  await using other = await HubContainer.start({ PORT: '8080' });
  const asked = 'fetch("http://127.0.0.1:8080/readyz").then(({ status }) => console.log(status))';
  expect((await other.run('node', '--eval', asked)).output.trim()).toBe('200');
});

test('on SIGTERM it sends its peers away, and ends in time with exit code 0', async () => {
  const socket = new WebSocket(`${hub.url.replace('http', 'ws')}/consumer`, 'unicore.v1');
  await once(socket, 'open');
  const closed = once(socket, 'close');
  const { code, seconds } = await hub.stop();
  expect(code).toBe(0);
  // The time limit of a drain is 10 s.
  expect(seconds).toBeLessThan(10);
  await closed;
});

test('it leaves nothing behind', async () => {
  const { Mounts } = await hub.container.inspect();
  await hub[Symbol.asyncDispose]();
  const { Volumes } = await docker.listVolumes();
  const names = Volumes.map(({ Name }) => Name);
  expect(Mounts.filter(({ Name }) => Name !== undefined && names.includes(Name))).toEqual([]);
});
