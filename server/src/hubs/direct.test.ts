/** Tests sockets between hubs, and the fallback to messages through the backplane. */
import { systemClock, UniCoreError } from '@unicore/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LocalWorld } from '../backplane/index.ts';
import { dialLeg } from '../sockets/testing/dial-leg.ts';
import { echo, newAcceptor, startTestAgent } from '../sockets/testing/test-agent.ts';
import { openTerminal, startTestConsumer } from '../sockets/testing/test-consumer.ts';
import { startTestHub, type TestHub } from '../sockets/testing/test-hub.ts';
import { HubTokens } from './hub-tokens.ts';
import { type LossyBackplane, lossyBackplane } from './testing/lossy-backplane.ts';

const DOWN = new UniCoreError('BACKPLANE_DOWN', 'Redis is away.');
const VM = { vmId: 'vm-a' };
const SECRET = async () => Buffer.from('a secret of the hubs');

let world: LocalWorld;
let planes: LossyBackplane[];
let hubs: TestHub[];

beforeEach(() => {
  world = new LocalWorld(systemClock);
  planes = [];
  hubs = [];
});
afterEach(() => Promise.all(hubs.map((hub) => hub.stop())));

async function startHub(direct: boolean | string): Promise<TestHub> {
  const plane = lossyBackplane(world.join());
  const vms = new Map([['vm-a', { owner: 'alice', providerId: 'p1', running: true }]]);
  const hub = await startTestHub({ backplane: plane.plane, direct, vms });
  planes.push(plane);
  hubs.push(hub);
  return hub;
}

/** Connects a consumer at one hub to a provider at another. */
async function across(direct: boolean) {
  const [there, here] = [await startHub(direct), await startHub(direct)];
  const acceptor = newAcceptor(echo);
  await startTestAgent(there.url, 'p1', { acceptor });
  const alice = await startTestConsumer(here.url, 'alice');
  const terminal = openTerminal({ leg: () => alice.leg, open: VM, resume: true });
  terminal.write('one ');
  await terminal.received(4);
  return { here, there, alice, terminal };
}

test('messages over a socket do not go through the backplane', async () => {
  const { there } = await across(true);
  expect([planes[0]!.mails, planes[1]!.mails, there.counts.open.hub]).toEqual([0, 0, 1]);
});

test('a hub whose socket cannot be reached is reached through the backplane', async () => {
  // Port 1 is not in use.
  const there = await startHub('ws://127.0.0.1:1');
  const here = await startHub(false);
  await startTestAgent(there.url, 'p1');
  const alice = await startTestConsumer(here.url, 'alice');
  const terminal = openTerminal({ leg: () => alice.leg, open: VM, resume: true });
  terminal.write('hello');
  await terminal.received(5);
  expect(planes[1]!.mails).toBeGreaterThan(0);
});

test('hubs with sockets to one another reach known providers without the backplane', async () => {
  const { alice, terminal } = await across(true);
  for (const plane of planes) plane.down = DOWN;
  terminal.write('two ');
  await terminal.received(8);
  const second = openTerminal({ leg: () => alice.leg, open: VM });
  second.write('hello');
  await second.received(5);
});

test('without sockets, an open during a backplane outage gets BACKPLANE_DOWN and succeeds afterwards', async () => {
  const { alice } = await across(false);
  for (const plane of planes) plane.down = DOWN;
  const second = openTerminal({ leg: () => alice.leg, open: VM, resume: true });
  await expect.poll(() => second.detached).toContain('BACKPLANE_DOWN');
  for (const plane of planes) plane.down = undefined;
  second.write('hello');
  await second.received(5);
});

test('a socket without a valid hub token for this hub is refused', async () => {
  const hub = await startHub(true);
  const name = planes[0]!.plane.hub;
  const other = 'f'.repeat(32);
  const pass = (secret: string, to: string) =>
    new HubTokens(other, async () => Buffer.from(secret)).issue(to);
  for (const token of ['', await pass('another secret', name), await pass('a secret of the hubs', other)]) {
    const dialled = dialLeg(`${hub.url}/hub`, { hello: { token } });
    await expect(dialled).rejects.toThrow('UNAUTHENTICATED');
  }
});

test('a hub without its own address refuses sockets of other hubs', async () => {
  const hub = await startHub(false);
  const token = await new HubTokens('f'.repeat(32), SECRET).issue(planes[0]!.plane.hub);
  await expect(dialLeg(`${hub.url}/hub`, { hello: { token } })).rejects.toThrow('NOT_FOUND');
});
