/**
 * Contract suite for a consumer at one hub whose provider is connected to another hub. Everything must work
 * as at a single hub, for every transport between the hubs.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Backplane } from '../backplane/index.ts';
import type { BackplaneWorld } from '../backplane/testing/backplane-world.ts';
import { echo, flood, newAcceptor, pattern, startTestAgent } from '../sockets/testing/test-agent.ts';
import { openTerminal, startTestConsumer } from '../sockets/testing/test-consumer.ts';
import { startTestHub, type TestHub } from '../sockets/testing/test-hub.ts';

const VM = { vmId: 'vm-a' };
/**
 * Maximum time for something that happens at once, even on a busy machine, ms. It is below the 20 s after
 * which a silent peer is noticed at the earliest.
 */
const AT_ONCE_MS = 10_000;

/** world: the backplane that the hubs join. direct: whether the hubs open sockets to one another. */
export function twoHubsSuite(open: () => Promise<BackplaneWorld>, direct: boolean): void {
  let world: BackplaneWorld;
  let observer: Backplane;
  let vms: TestHub['vms'];
  let hubs: TestHub[];

  beforeEach(async () => {
    world = await open();
    observer = await world.join();
    await observer.start({ mail() {}, news() {}, interrupted() {} });
    vms = new Map([['vm-a', { owner: 'alice', providerId: 'p1', running: true }]]);
    hubs = [];
  });
  afterEach(async () => {
    await Promise.all(hubs.map((hub) => hub.stop()));
    await world.close();
  });

  async function startHub(): Promise<TestHub> {
    const hub = await startTestHub({ backplane: await world.join(), vms, direct });
    hubs.push(hub);
    return hub;
  }

  /** Resolves when all hubs can find the agent. */
  async function startAgent(hub: TestHub, options: Parameters<typeof startTestAgent>[2] = {}) {
    const agent = await startTestAgent(hub.url, 'p1', options);
    await expect
      .poll(async () => (await observer.routes.find('p1'))?.connSeq)
      .toBeGreaterThanOrEqual(options.connSeq ?? 1);
    return agent;
  }

  test('a channel works across two hubs', async () => {
    const [here, there] = [await startHub(), await startHub()];
    const agent = await startAgent(there);
    const alice = await startTestConsumer(here.url, 'alice');
    const terminal = openTerminal({ leg: () => alice.leg, open: VM });
    terminal.write('hello');
    expect((await terminal.received(5)).toString()).toBe('hello');
    expect([here.counts.joined, there.counts.joined]).toEqual([1, 1]);
    expect(agent.requests).toHaveLength(1);
  });

  test("the provider's hub tells it the consumer's identity, and nothing about other hubs", async () => {
    const [here, there] = [await startHub(), await startHub()];
    const agent = await startAgent(there);
    const alice = await startTestConsumer(here.url, 'alice');
    await openTerminal({ leg: () => alice.leg, open: { ...VM, readOnly: true } }).attached;
    expect(agent.requests[0]!.auth).toEqual({
      user: 'alice',
      rights: 'read',
      vmId: 'vm-a',
      gen: 1,
      kind: 'terminal',
    });
  });

  test('megabytes arrive whole, in both directions at once', async () => {
    const size = 8 * 1024 * 1024;
    const [here, there] = [await startHub(), await startHub()];
    await startAgent(there, { program: flood(size) });
    const alice = await startTestConsumer(here.url, 'alice');
    const terminal = openTerminal({ leg: () => alice.leg, open: VM });
    for (let at = 0; at < size; at += 64 * 1024) terminal.write(pattern(at, 64 * 1024));
    expect(Buffer.compare(await terminal.received(size), pattern(0, size))).toBe(0);
    expect(await terminal.closed).toMatchObject({ code: 'OK' });
  });

  test('a consumer that opens before its provider is connected is detached with the reason, and tries again', async () => {
    const [here, there] = [await startHub(), await startHub()];
    const alice = await startTestConsumer(here.url, 'alice');
    const terminal = openTerminal({ leg: () => alice.leg, open: VM, resume: true });
    await expect.poll(() => terminal.detached).toContain('PROVIDER_UNREACHABLE');
    await startAgent(there);
    terminal.write('hello');
    await terminal.received(5);
  });

  test('the channels of a provider that moves to another hub go on without losing a byte', async () => {
    const [here, first, second] = [await startHub(), await startHub(), await startHub()];
    const acceptor = newAcceptor(echo);
    const before = await startAgent(first, { acceptor });
    const alice = await startTestConsumer(here.url, 'alice');
    const terminal = openTerminal({ leg: () => alice.leg, open: VM, resume: true });
    terminal.write('one ');
    await terminal.received(4);
    await startAgent(second, { acceptor, connSeq: 2 });
    // The old hub closes the provider's socket when the last channel has left this socket.
    expect(await before.closed).toMatchObject({ code: 'SUPERSEDED' });
    terminal.write('two');
    expect((await terminal.received(7)).toString()).toBe('one two');
    expect([first.counts.joined, second.counts.joined]).toEqual([0, 1]);
  });

  test("a provider's older connection is closed when another hub has a newer one", async () => {
    const [first, second] = [await startHub(), await startHub()];
    const newer = await startAgent(first, { connSeq: 2 });
    const older = await startAgent(second, { connSeq: 1 });
    expect(await older.closed).toMatchObject({ code: 'SUPERSEDED' });
    expect([newer.leg.up, first.relay.routes.size, second.relay.routes.size]).toEqual([true, 1, 0]);
  });

  test("a consumer that sends nothing is detached at once when the provider's hub dies", async () => {
    const [here, there, third] = [await startHub(), await startHub(), await startHub()];
    const acceptor = newAcceptor(echo);
    await startAgent(there, { acceptor });
    const alice = await startTestConsumer(here.url, 'alice');
    const terminal = openTerminal({ leg: () => alice.leg, open: VM, resume: true });
    terminal.write('one ');
    await terminal.received(4);
    await there.stop();
    hubs = hubs.filter((hub) => hub !== there);
    await expect.poll(() => terminal.detached.length, { timeout: AT_ONCE_MS }).toBeGreaterThan(0);
    await startAgent(third, { acceptor, connSeq: 2 });
    terminal.write('two');
    expect((await terminal.received(7)).toString()).toBe('one two');
  });

  test('the limit on channels per user and provider counts over all hubs', async () => {
    const [here, other, there] = [await startHub(), await startHub(), await startHub()];
    await startAgent(there);
    const at = await Promise.all([here, other].map((hub) => startTestConsumer(hub.url, 'alice')));
    const open = (i: number) => openTerminal({ leg: () => at[i % 2]!.leg, open: VM });
    await Promise.all(Array.from({ length: 64 }, (_, i) => open(i).attached));
    expect(await open(0).closed).toMatchObject({ code: 'TOO_MANY_CHANNELS' });
  });

  test('the end of a VM closes its channels at both hubs', async () => {
    const [here, there] = [await startHub(), await startHub()];
    await startAgent(there);
    const alice = await startTestConsumer(here.url, 'alice');
    const terminal = openTerminal({ leg: () => alice.leg, open: VM });
    await terminal.attached;
    there.relay.closeTarget('vm-a', 'VM_NOT_RUNNING', () => 'stopped');
    expect(await terminal.closed).toMatchObject({ code: 'VM_NOT_RUNNING' });
    expect([here.counts.joined, there.counts.joined]).toEqual([0, 0]);
  });
}
