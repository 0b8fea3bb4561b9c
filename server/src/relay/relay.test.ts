import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Dialled } from '../sockets/testing/dial-leg.ts';
import { echo, newAcceptor, startTestAgent } from '../sockets/testing/test-agent.ts';
import { openTerminal, startTestConsumer } from '../sockets/testing/test-consumer.ts';
import { startTestHub, type TestHub } from '../sockets/testing/test-hub.ts';

let hub: TestHub;
let alice: Dialled;

beforeEach(async () => {
  hub = await startTestHub();
  hub.vms.set('vm-a', { owner: 'alice', providerId: 'p1', running: true });
  hub.vms.set('vm-b', { owner: 'alice', providerId: 'p1', running: true });
  alice = await startTestConsumer(hub.url, 'alice');
});
afterEach(() => hub.stop());

const terminal = (vmId: string, resume = false) =>
  openTerminal({ leg: () => alice.leg, open: { vmId }, resume });

test("a terminal's echo and its end arrive from the provider", async () => {
  await startTestAgent(hub.url, 'p1');
  const { write, received, opener, closed } = terminal('vm-a');
  write('echo hello');
  expect(String(await received(10))).toBe('echo hello');
  opener.end();
  expect((await closed).code).toBe('OK');
  await expect.poll(() => hub.counts.joined).toBe(0);
});

test('stopping a VM closes its terminals and no others', async () => {
  await startTestAgent(hub.url, 'p1');
  const [a, b] = [terminal('vm-a'), terminal('vm-b')];
  await Promise.all([a.attached, b.attached]);
  hub.relay.closeTarget('vm-a', 'VM_NOT_RUNNING', () => 'The VM was stopped.');
  expect(await a.closed).toEqual({ code: 'VM_NOT_RUNNING', message: 'The VM was stopped.' });
  b.write('on');
  expect(String(await b.received(2))).toBe('on');
  expect(hub.counts.joined).toBe(1);
});

test('an OPEN is refused if its VM stops while it is authorised', async () => {
  const agent = await startTestAgent(hub.url, 'p1');
  const { closed } = terminal('vm-a');
  const judged = hub.vms.get('vm-a')!;
  // The authorisation check runs in the turn in which the OPEN arrives; its result comes in a later turn.
  Object.defineProperty(judged, 'running', {
    get() {
      queueMicrotask(() => hub.relay.closeTarget('vm-a', 'VM_NOT_RUNNING', () => 'The VM was stopped.'));
      return true;
    },
  });
  expect((await closed).code).toBe('VM_NOT_RUNNING');
  await agent.leg.ping();
  expect(agent.requests).toEqual([]);
});

test('an existing channel waits for its provider to reconnect, while a new one is refused at once', async () => {
  const acceptor = newAcceptor(echo);
  const first = await startTestAgent(hub.url, 'p1', { acceptor, connSeq: 1 });
  const returning = terminal('vm-a', true);
  await returning.attached;
  first.leg.close('GOING_AWAY', 'gone for a moment');
  await expect.poll(() => hub.counts.joined).toBe(0);
  returning.opener.attach();
  await alice.leg.ping();
  const fresh = terminal('vm-b');
  expect((await fresh.closed).code).toBe('PROVIDER_UNREACHABLE');
  expect(hub.counts.refusals).toEqual(['PROVIDER_UNREACHABLE']);
  await startTestAgent(hub.url, 'p1', { acceptor, connSeq: 2 });
  returning.write('back');
  expect(String(await returning.received(4))).toBe('back');
  expect(hub.counts.refusals).toEqual(['PROVIDER_UNREACHABLE']);
});

test("signing out closes that session's sockets and no others", async () => {
  const bob = await startTestConsumer(hub.url, 'bob');
  hub.relay.closeSession('s-alice', 'UNAUTHENTICATED', 'You signed out.');
  expect(await alice.closed).toEqual({ code: 'UNAUTHENTICATED', message: 'You signed out.' });
  expect(await bob.leg.ping()).toBeGreaterThanOrEqual(0);
});

test('suspending a user closes all of its sockets', async () => {
  const second = await startTestConsumer(hub.url, 'alice');
  hub.relay.closeUser('alice', 'FORBIDDEN', 'This account is suspended.');
  expect((await alice.closed).code).toBe('FORBIDDEN');
  expect((await second.closed).code).toBe('FORBIDDEN');
});

test('revoking a provider closes its socket and is reported as a disconnect', async () => {
  const agent = await startTestAgent(hub.url, 'p1');
  hub.relay.closeProvider('p1', 'REVOKED', 'This provider was revoked.');
  expect((await agent.closed).code).toBe('REVOKED');
  expect(hub.told).toContain('disconnected p1 REVOKED');
});

test('a consumer that retries is connected once its provider is there', async () => {
  const { detached, write, received } = terminal('vm-a', true);
  await expect.poll(() => detached).toContain('PROVIDER_UNREACHABLE');
  await startTestAgent(hub.url, 'p1');
  write('hello');
  expect(String(await received(5))).toBe('hello');
});

test("a provider's terminals move to its newer socket without losing a byte", async () => {
  const acceptor = newAcceptor(echo);
  const first = await startTestAgent(hub.url, 'p1', { acceptor, connSeq: 7 });
  const { write, received, detached } = terminal('vm-a', true);
  write('before ');
  await received(7);
  const second = await startTestAgent(hub.url, 'p1', { acceptor, connSeq: 8 });
  expect((await first.closed).code).toBe('SUPERSEDED');
  write('after');
  expect(String(await received(12))).toBe('before after');
  expect(detached).toEqual([]);
  expect(second.leg.up).toBe(true);
  expect(hub.told.filter((event) => event.startsWith('disconnected'))).toEqual([]);
});

test("a provider's older socket cannot replace a newer one", async () => {
  const newer = await startTestAgent(hub.url, 'p1', { connSeq: 8 });
  await expect(startTestAgent(hub.url, 'p1', { connSeq: 7 })).rejects.toThrow('SUPERSEDED');
  expect(newer.leg.up).toBe(true);
  newer.leg.close('OK', 'restart');
  await expect.poll(() => hub.told).toContain('disconnected p1 OK');
  const later = await startTestAgent(hub.url, 'p1', { connSeq: 7 });
  expect(later.leg.up).toBe(true);
});
