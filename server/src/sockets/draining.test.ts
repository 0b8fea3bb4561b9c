/** A draining hub and its sockets: peers may move, new ones are refused, and those that stay are closed at the end. */
import { systemClock } from '@unicore/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LocalWorld } from '../backplane/index.ts';
import { closing, connect, dialLeg } from './testing/dial-leg.ts';
import { startTestAgent } from './testing/test-agent.ts';
import { openTerminal, startTestConsumer } from './testing/test-consumer.ts';
import { identity, startTestHub, type TestHub } from './testing/test-hub.ts';

/** The drain time, ms. Consumers are asked to leave after a quarter of this time. */
const MS = 1_000;
const GOING_AWAY = 4022;

let hub: TestHub;
beforeEach(async () => {
  hub = await startTestHub();
  hub.vms.set('vm', { owner: 'ada', providerId: 'p1', running: true });
});
afterEach(() => hub.stop());

/** A consumer without channels that leaves as soon as it is asked. */
function obedient() {
  const told = Promise.withResolvers<number>();
  const dialled = dialLeg(`${hub.url}/consumer`, {
    hello: { token: 'token-ada' },
    handler: { goAway: (_code, afterMs) => told.resolve(afterMs) },
  });
  void Promise.all([dialled, told.promise]).then(([{ leg }]) => leg.close('OK', ''));
  return { dialled, told: told.promise };
}

test('draining ends as soon as all consumers have left', async () => {
  const consumers = [obedient(), obedient()];
  await Promise.all(consumers.map(({ dialled }) => dialled));
  // The time limit is hours away: drain() resolves because all have left.
  await hub.drain(20_000 * MS);
  expect(await Promise.all(consumers.map(({ told }) => told))).toEqual([20_000 * MS, 20_000 * MS]);
  expect(hub.counts.closes).toEqual(['consumer OK', 'consumer OK']);
});

test.each(['/consumer', '/provider', '/terminal?vmId=vm&ticket=t1', '/vnc/d-1', '/cdp/d-1'])(
  'a new socket on %s is refused with a code to try again, and its ticket stays valid',
  async (path) => {
    const ticket = { identity: identity('ada'), readOnly: false, vmId: 'vm', terminalId: 'main' };
    hub.tickets.set('t1', ticket);
    await startTestConsumer(hub.url, 'ada');
    const drained = hub.drain(MS);
    const ws = await connect(`${hub.url}${path}`, { protocols: ['unicore.v1'] });
    expect(await closing(ws)).toEqual({ code: GOING_AWAY, reason: 'The hub is stopping. Connect again.' });
    // The ticket is still valid at the next hub.
    expect(hub.tickets.has('t1')).toBe(true);
    await drained;
  },
);

test('a socket before its handshake is closed at once', async () => {
  const ws = await connect(`${hub.url}/consumer`, { protocols: ['unicore.v1'] });
  const drained = hub.drain(MS);
  expect((await closing(ws)).code).toBe(GOING_AWAY);
  await drained;
});

test('peers that stay are served until the hub stops, and then closed with a code to try again', async () => {
  const agent = await startTestAgent(hub.url, 'p1');
  const consumer = await startTestConsumer(hub.url, 'ada');
  const terminal = openTerminal({ leg: () => consumer.leg, open: { vmId: 'vm' } });
  hub.tickets.set('t1', { identity: identity('ada'), readOnly: false, vmId: 'vm', terminalId: 'raw' });
  const raw = await connect(`${hub.url}/terminal?vmId=vm&terminalId=raw&ticket=t1`);
  const echoed = new Promise((resolve) => raw.once('message', (data) => resolve(String(data))));
  const rawClosed = closing(raw);
  await terminal.attached;
  let over = false;
  const drained = hub.drain(MS).then(() => {
    over = true;
  });
  terminal.write('typed');
  raw.send('raw');
  expect(String(await terminal.received(5))).toBe('typed');
  expect(await echoed).toBe('raw');
  expect(over).toBe(false);
  await drained;
  expect(hub.counts.closes).toEqual([]);
  await hub.stop();
  for (const { closed } of [agent, consumer]) expect((await closed).code).toBe('GOING_AWAY');
  expect((await rawClosed).code).toBe(GOING_AWAY);
});

test('another hub may still connect to reach a provider', async () => {
  const world = new LocalWorld(systemClock);
  const { vms } = hub;
  await hub.stop();
  hub = await startTestHub({ backplane: world.join(), direct: true, vms });
  const next = await startTestHub({ backplane: world.join(), direct: true, vms });
  await startTestAgent(hub.url, 'p1');
  void hub.drain(60 * MS);
  const consumer = await startTestConsumer(next.url, 'ada');
  const terminal = openTerminal({ leg: () => consumer.leg, open: { vmId: 'vm' } });
  terminal.write('typed');
  expect(String(await terminal.received(5))).toBe('typed');
  expect(hub.counts.open.hub).toBe(1);
  await next.stop();
});

test('a peer that was asked to leave gets no second GOAWAY by rotation', async () => {
  await hub.stop();
  hub = await startTestHub({ rotateMs: MS });
  const told: number[] = [];
  await dialLeg(`${hub.url}/consumer`, {
    hello: { token: 'token-ada' },
    handler: { goAway: (_code, afterMs) => told.push(afterMs) },
  });
  await hub.drain(2 * MS);
  expect(told).toEqual([2 * MS]);
});
