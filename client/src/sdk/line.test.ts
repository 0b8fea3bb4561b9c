/** The connection recovers by itself, asks for a token at each attempt, and stops after a final refusal. */
import { UniCoreError } from '@unicore/protocol';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { FakeHub } from './testing/sim-hub.ts';
import { connectedLine, newLine, openTerminal } from './testing/test-terminal.ts';

describe('reconnecting', () => {
  test('never stops, and pauses at most 2 s while a terminal is open', async () => {
    const hub = new FakeHub();
    const { line, socket } = openTerminal(hub);
    await hub.clock.until(() => socket.readyState === 1, 1_000);
    hub.down = true;
    hub.cut();
    await hub.clock.advance(60_000);
    const before = hub.dialled;
    await hub.clock.advance(3_600_000);
    expect(hub.dialled - before).toBeGreaterThan(3_600_000 / 2_050);
    hub.down = false;
    await hub.clock.advance(2_100);
    expect([line.status, socket.status]).toEqual(['connected', 'connected']);
  });

  test('is rare while nothing is open, and immediate when a terminal is opened', async () => {
    const hub = new FakeHub();
    hub.down = true;
    const line = newLine(hub);
    await hub.clock.advance(600_000);
    expect(hub.dialled).toBeLessThan(100);
    hub.down = false;
    const { socket } = openTerminal(hub, line);
    await hub.clock.advance(50);
    expect(socket.status).toBe('connected');
  });

  test('asks for a token at each attempt, and a failing getToken is only a failed attempt', async () => {
    const hub = new FakeHub();
    let asked = 0;
    await connectedLine(hub, async () => {
      asked++;
      if (asked === 2) throw new Error('no network');
      return { token: `t${asked}` };
    });
    hub.cut();
    await hub.clock.advance(10_000);
    expect(hub.hellos).toEqual([{ token: 't1' }, { token: 't3' }]);
  });

  test('a hub that closes in order is dialled again', async () => {
    const hub = new FakeHub();
    const line = await connectedLine(hub);
    hub.closeAll('GOING_AWAY', 'the hub stops');
    await hub.clock.advance(20);
    expect(line.status).toBe('reconnecting');
    await hub.clock.advance(2_000);
    expect(line.status).toBe('connected');
  });

  test('a hub that accepts the socket and stays silent is given up', async () => {
    const hub = new FakeHub();
    vi.spyOn(hub, 'WebSocket', 'get').mockReturnValue(
      class {
        close() {}
      } as unknown as typeof WebSocket,
    );
    let tries = 0;
    newLine(hub, async () => tries++);
    await hub.clock.advance(11_500);
    expect(tries).toBe(2);
  });
});

describe('a refusal', () => {
  test('is final after a second attempt, and closes open terminals with its code', async () => {
    const hub = new FakeHub();
    hub.refuse = 'UNAUTHENTICATED';
    const { line, events } = openTerminal(hub);
    await hub.clock.advance(60_000);
    expect(line.status).toBe('closed');
    expect(hub.dialled).toBe(2);
    expect(events.at(-1)).toBe('close 4002 refused by the test');
  });

  test('is forgotten when the next terminal is opened', async () => {
    const hub = new FakeHub();
    hub.refuse = 'UNAUTHENTICATED';
    const line = newLine(hub);
    await hub.clock.advance(60_000);
    hub.refuse = undefined;
    const { socket } = openTerminal(hub, line);
    await hub.clock.advance(100);
    expect([line.status, socket.status]).toEqual(['connected', 'connected']);
  });

  test('that is not final is retried', async () => {
    const hub = new FakeHub();
    hub.refuse = 'RATE_LIMITED';
    const line = newLine(hub);
    await hub.clock.advance(60_000);
    expect(line.status).toBe('connecting');
    hub.refuse = undefined;
    await hub.clock.advance(20_000);
    expect(line.status).toBe('connected');
  });

  test('that getToken throws counts as one', async () => {
    const hub = new FakeHub();
    const line = newLine(hub, async () => {
      throw new UniCoreError('UNAUTHENTICATED', 'sign in');
    });
    await hub.clock.advance(60_000);
    expect(line.status).toBe('closed');
  });
});

describe('close()', () => {
  test('ends all terminals at both ends, and every later one', async () => {
    const hub = new FakeHub();
    const { line, socket, events } = openTerminal(hub);
    await hub.clock.until(() => socket.readyState === 1, 1_000);
    line.close();
    line.close();
    await hub.clock.advance(100);
    expect([line.status, events.at(-1), hub.shell.closed, hub.connected]).toEqual([
      'closed',
      'close 1000 ',
      'OK',
      0,
    ]);
    const late = openTerminal(hub, line);
    await hub.clock.advance(100);
    expect(late.events.at(-1)).toBe('close 1000 the client was closed');
    expect(hub.dialled).toBe(1);
  });

  test('before the first answer stops dialling', async () => {
    const hub = new FakeHub();
    const line = newLine(hub);
    line.close();
    await hub.clock.advance(60_000);
    expect([line.status, hub.dialled]).toEqual(['closed', 0]);
  });
});

describe('in a page', () => {
  const page = new EventTarget();
  afterEach(() => vi.unstubAllGlobals());
  const stub = () => {
    vi.stubGlobal('window', page);
    vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }));
  };

  test('reconnects at once when the network comes back', async () => {
    stub();
    const hub = new FakeHub();
    hub.down = true;
    const line = newLine(hub);
    await hub.clock.advance(300_000);
    hub.down = false;
    page.dispatchEvent(new Event('online'));
    await hub.clock.advance(50);
    expect(line.status).toBe('connected');
  });

  test('a connection that is dead after that is replaced within seconds', async () => {
    stub();
    const hub = new FakeHub();
    const line = await connectedLine(hub);
    hub.deaf = true;
    page.dispatchEvent(new Event('online'));
    await hub.clock.advance(1_000);
    expect(line.status).toBe('connected');
    await hub.clock.advance(3_500);
    hub.deaf = false;
    await hub.clock.advance(3_000);
    expect([line.status, hub.dialled]).toEqual(['connected', 2]);
  });
});
