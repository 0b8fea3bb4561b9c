/** A connection is replaced before its hub or a proxy ends it, and when a nearer hub is found. */
import { describe, expect, test } from 'vitest';
import { FakeHub } from './testing/sim-hub.ts';
import { connectedLine, newLine, openTerminal } from './testing/test-terminal.ts';

describe('renewal', () => {
  test('the client leaves before the hub closes the connection, and no channel notices', async () => {
    const hub = new FakeHub();
    const { line, socket, events, screen } = openTerminal(hub);
    await hub.clock.until(() => socket.readyState === 1, 1_000);
    let said = '';
    for (let i = 0; i < 300; i++) {
      if (i % 100 === 50) hub.rotate(1_000);
      hub.shell.say(`${i} `);
      socket.send('x');
      said += `${i} `;
      await hub.clock.advance(20);
    }
    await hub.clock.advance(100);
    expect([screen(), hub.shell.typed]).toEqual([said, 'x'.repeat(300)]);
    expect([events, line.status]).toEqual([['open', 'connected'], 'connected']);
    expect([hub.dialled, hub.connected, hub.shells.length]).toEqual([4, 1, 1]);
  });

  test('many channels move a few at a time', async () => {
    const hub = new FakeHub();
    const { line } = openTerminal(hub);
    for (let i = 1; i < 100; i++) openTerminal(hub, line);
    await hub.clock.until(() => hub.shells.length === 100, 1_000);
    hub.rotate(60_000);
    await hub.clock.until(() => hub.opens.length > 100, 30_000);
    expect(hub.opens.length).toBeLessThan(120);
    await hub.clock.advance(1_000);
    expect([hub.opens.length, hub.connected]).toEqual([200, 1]);
  });

  test('a failed renewal is retried while the old connection works', async () => {
    const hub = new FakeHub();
    const { line, socket, events } = openTerminal(hub);
    await hub.clock.until(() => socket.readyState === 1, 1_000);
    hub.refuse = 'UNAUTHENTICATED';
    hub.rotate(10_000);
    await hub.clock.advance(9_000);
    expect(hub.dialled).toBeGreaterThan(5);
    hub.refuse = undefined;
    await hub.clock.advance(5_000);
    expect([events, line.status, hub.connected]).toEqual([['open', 'connected'], 'connected', 1]);
  });

  test.each([
    ['with a terminal open', true],
    ['with nothing open', false],
  ])(
    'that reaches the same draining hub is retried soon, without a change of status: %s',
    async (_, open) => {
      const hub = new FakeHub();
      // An outage before the renewal, so long that the backoff has grown.
      hub.down = true;
      const line = newLine(hub);
      const terminal = open ? openTerminal(hub, line) : undefined;
      await hub.clock.advance(300_000);
      hub.down = false;
      await hub.clock.until(() => line.status === 'connected', 20_000);
      await hub.clock.advance(2_000);
      const statuses: string[] = [];
      line.onStatus((status) => statuses.push(status));
      terminal?.events.splice(0);
      hub.refuse = 'GOING_AWAY';
      hub.rotate(8_500);
      await hub.clock.advance(4_300);
      let tries = hub.hellos.length;
      for (let i = 0; i < 8; i++) {
        terminal?.socket.send('x');
        await hub.clock.advance(400);
        expect(hub.hellos.length).toBeGreaterThan(tries);
        tries = hub.hellos.length;
        if (terminal) expect(hub.shell.typed).toBe('x'.repeat(i + 1));
      }
      hub.refuse = undefined;
      await hub.clock.advance(1_000);
      expect([statuses, terminal?.events ?? [], hub.connected]).toEqual([[], [], 1]);
    },
  );

  test('a hub that dies during a renewal is left at once', async () => {
    const hub = new FakeHub();
    const { line, socket } = openTerminal(hub);
    await hub.clock.until(() => socket.readyState === 1, 1_000);
    await hub.clock.advance(2_000);
    hub.rotate(600_000);
    await hub.clock.advance(20);
    hub.cut();
    await hub.clock.advance(150);
    expect([line.status, socket.status, hub.dialled]).toEqual(['connected', 'connected', 2]);
  });

  test('clients do not all reconnect at the same moment', async () => {
    const hub = new FakeHub();
    for (let i = 0; i < 50; i++) await connectedLine(hub);
    hub.rotate(60_000);
    await hub.clock.advance(15_000);
    expect(hub.dialled).toBeGreaterThan(55);
    expect(hub.dialled).toBeLessThan(95);
    // Time for the last client to be accepted.
    await hub.clock.advance(16_000);
    expect([hub.dialled, hub.connected]).toEqual([100, 50]);
  });

  test('a connection is renewed before a proxy ends it, even if no hub asks for it', async () => {
    const hub = new FakeHub();
    const { events } = openTerminal(hub);
    await hub.clock.advance(51 * 60_000);
    expect(hub.dialled).toBe(1);
    await hub.clock.advance(8 * 60_000);
    expect([hub.dialled, hub.connected, events]).toEqual([2, 1, ['open', 'connected']]);
  });
});

describe('several regions', () => {
  const [HOME, FAR, NEAR] = ['http://hub', 'http://far', 'http://near'];
  const WELCOME = {
    hubs: [
      { region: 'eu', url: FAR },
      { region: 'us', url: NEAR },
    ],
  };
  const MS: Record<string, number> = { [HOME]: 80, [FAR]: 150, [NEAR]: 5 };
  const probe = async (url: string) => MS[url]!;
  const hello = async (url: string) => ({ for: url });

  test('the client moves to the nearest hub once it is known, and no channel notices', async () => {
    const hub = new FakeHub();
    hub.welcome = WELCOME;
    const line = newLine(hub, hello, { probe });
    const { socket, events, screen } = openTerminal(hub, line);
    await hub.clock.until(() => socket.readyState === 1, 1_000);
    let said = '';
    for (let i = 0; i < 100; i++) {
      hub.shell.say(`${i} `);
      said += `${i} `;
      await hub.clock.advance(20);
    }
    await hub.clock.advance(100);
    expect([screen(), events]).toEqual([said, ['open', 'connected']]);
    expect(hub.urls).toEqual(['ws://hub/consumer', 'ws://near/consumer']);
    expect(hub.hellos).toEqual([{ for: HOME }, { for: NEAR }]);
    expect(hub.connected).toBe(1);
    line.close();
  });

  test('an unreachable hub is skipped, and used again when it is back', async () => {
    const hub = new FakeHub();
    hub.welcome = WELCOME;
    const back = { [HOME]: 80, [FAR]: 150 };
    let answers: Record<string, number> = MS;
    const line = newLine(hub, hello, {
      probe: (url) =>
        answers[url] === undefined ? Promise.reject(new Error('away')) : Promise.resolve(answers[url]),
    });
    await hub.clock.until(() => hub.urls.length === 2, 1_000);
    await hub.clock.advance(2_000);
    answers = back;
    hub.away = 'ws://near';
    hub.cut();
    await hub.clock.advance(10_000);
    expect([line.status, hub.urls.at(-1)]).toEqual(['connected', 'ws://hub/consumer']);
    answers = MS;
    hub.away = undefined;
    await hub.clock.advance(3 * 60_000);
    expect([line.status, hub.urls.at(-1)]).toEqual(['connected', 'ws://near/consumer']);
    line.close();
  });

  test('a single hub is never measured', async () => {
    const hub = new FakeHub();
    let probes = 0;
    const line = newLine(hub, hello, { probe: async () => probes++ });
    await hub.clock.advance(24 * 3_600_000);
    expect([line.status, probes]).toEqual(['connected', 0]);
    line.close();
  });
});
