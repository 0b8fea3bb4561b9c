/** The tunnel against a simulated hub: it comes back for ever, and knows when not to. */

import { ERRORS, FrameType, Nearest } from '@unicore/protocol';
import type { AgentCalls } from '@unicore/protocol/control';
import { SimClock } from '@unicore/protocol/sim';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { Credentials } from '../identity/credentials.ts';
import type { ProviderKey } from '../identity/key.ts';
import { FakeHub } from './fake-hub.ts';
import { Tunnel, type TunnelState } from './tunnel.ts';

const BEAT = { cpu: 0.5, cores: 2, memoryTotal: 1, memoryFree: 1, diskTotal: 1, diskFree: 1, vms: 0 };
const HELLO = { version: '1', name: 'desk', runtime: 'process', isolation: 'process', beat: BEAT } as const;

function setUp(random = () => 0.5, distances: Record<string, number> = {}) {
  const clock = new SimClock();
  const hub = new FakeHub(clock);
  const states: TunnelState[] = [];
  const lines: string[] = [];
  let tokens = 0;
  let sessions = 0;
  let retired = 0;
  let connSeq = 0;
  const api: AgentCalls = {
    join: () => Promise.reject(new Error('not here')),
    challenge: async ({ providerId }) => ({ challenge: `unicore-provider-challenge:${providerId}:x` }),
    token: async () => ({ token: `token-${++tokens}`, expiresAt: 15 * 60_000 }),
  };
  const key = { sign: () => 'signature' } as unknown as ProviderKey;
  const nearest = new Nearest({
    home: 'http://hub',
    clock,
    random,
    probe: async (url) => distances[url] ?? Promise.reject(new Error('away')),
    trusted: () => true,
  });
  const tunnel = new Tunnel({
    nearest,
    credentials: new Credentials({ providerId: 'p', key, hub: () => api, now: () => clock.now() }),
    hello: async () => ({ ...HELLO, connSeq: ++connSeq }),
    beat: async () => BEAT,
    session: () => {
      sessions++;
      return { open: () => undefined, retire: () => retired++, closed: () => sessions-- };
    },
    changed: (state) => states.push(state),
    clock,
    random,
    log: pino({ level: 'warn' }, { write: (line: string) => lines.push(line) }),
    openSocket: hub.openSocket,
  });
  return {
    clock,
    hub,
    tunnel,
    states,
    lines,
    now: () => states.at(-1)?.state,
    open: () => sessions,
    retired: () => retired,
  };
}

test('it says who it is, and beats every 5 s', async () => {
  const { clock, hub, tunnel, now } = setUp();
  tunnel.start();
  await clock.advance(10_100);
  expect(now()).toBe('connected');
  expect(hub.hellos).toEqual([{ ...HELLO, token: 'token-1', connSeq: 1 }]);
  expect(hub.beats.map(({ seq }) => seq)).toEqual([1, 2]);
  expect(hub.beats[0]?.meta).toEqual(BEAT);
  expect(hub.beats[1]!.at - hub.beats[0]!.at).toBe(5_000);
});

test('a hub that is away is dialled for ever: often at first, every 5 s after a while', async () => {
  const { clock, hub, tunnel, now, lines } = setUp();
  hub.away = true;
  tunnel.start();
  await clock.advance(3_600_000);
  const pauses = hub.dials.slice(1).map((at, i) => at - hub.dials[i]!);
  expect(pauses.slice(0, 4)).toEqual([150, 225, 225, 225]);
  expect(Math.max(...pauses.slice(0, 100))).toBe(225);
  expect(pauses.at(-1)).toBe(3_750);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(5_000);
  expect(hub.dials.length).toBeGreaterThan(700);
  expect(lines).toHaveLength(1);
  hub.away = false;
  await clock.advance(5_100);
  expect(now()).toBe('connected');
});

test('pauses are spread, so that many agents do not come back together', async () => {
  let i = 0;
  const { clock, hub, tunnel } = setUp(() => [0, 0.5, 0.875][i++ % 3]!);
  hub.away = true;
  tunnel.start();
  await clock.advance(60_000);
  const pauses = hub.dials.slice(-4).map((at, index, all) => Math.round(at - (all[index - 1] ?? at)));
  expect(new Set(pauses.slice(1)).size).toBe(3);
});

test('a cut line is dialled again at once when the connection was a good one', async () => {
  const { clock, hub, tunnel, now, open } = setUp();
  hub.away = true;
  tunnel.start();
  await clock.advance(60_000);
  hub.away = false;
  await clock.advance(20_000);
  expect(now()).toBe('connected');
  const before = hub.dials.length;
  hub.cut();
  expect(now()).toBe('connecting');
  expect(open()).toBe(0);
  await clock.advance(300);
  expect(hub.dials.length).toBe(before + 1);
  expect(now()).toBe('connected');
  expect(open()).toBe(1);
});

test('a hub that accepts and drops at once is not dialled in a tight loop', async () => {
  const { clock, hub, tunnel } = setUp();
  hub.refuse = 'INTERNAL';
  tunnel.start();
  await clock.advance(60_000);
  expect(hub.dials.at(-1)! - hub.dials.at(-2)!).toBeGreaterThan(220);
  await clock.advance(60_000);
  expect(hub.dials.at(-1)! - hub.dials.at(-2)!).toBeGreaterThan(3_000);
});

test('a hub that falls silent for 25 s is left and dialled again', async () => {
  const { clock, hub, tunnel, states } = setUp();
  tunnel.start();
  await clock.advance(1_000);
  // The hub's end is gone without a word: what the agent sends is answered by nobody.
  hub.leg!.receive = () => undefined;
  await clock.advance(26_000);
  expect(states.map(({ state }) => state)).toEqual(['connecting', 'connected', 'connecting', 'connected']);
  expect(states[2]).toMatchObject({ error: { code: 'PEER_SILENT' } });
});

test('the token is used again until the hub refuses it', async () => {
  const { clock, hub, tunnel, now } = setUp();
  tunnel.start();
  await clock.advance(1_000);
  hub.cut();
  await clock.advance(1_000);
  hub.refuse = 'UNAUTHENTICATED';
  hub.cut();
  await clock.advance(1_000);
  hub.refuse = undefined;
  await clock.advance(5_000);
  expect(now()).toBe('connected');
  const tokens = hub.hellos.map((hello) => (hello as { token: string }).token);
  expect(tokens.slice(0, 3)).toEqual(['token-1', 'token-1', 'token-1']);
  expect(tokens.at(-1)).not.toBe('token-1');
});

test('a token that is nearly over is not used', async () => {
  const { clock, hub, tunnel } = setUp();
  tunnel.start();
  await clock.advance(14.5 * 60_000);
  hub.cut();
  await clock.advance(1_000);
  expect(hub.hellos.map((hello) => (hello as { token: string }).token)).toEqual(['token-1', 'token-2']);
});

test('every connection has a higher number', async () => {
  const { clock, hub, tunnel } = setUp();
  tunnel.start();
  for (let i = 0; i < 5; i++) {
    await clock.advance(11_000);
    hub.cut();
  }
  await clock.advance(11_000);
  expect(hub.hellos.map((hello) => (hello as { connSeq: number }).connSeq)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('a revoked provider stops asking', async () => {
  const { clock, hub, tunnel, states } = setUp();
  hub.refuse = 'REVOKED';
  tunnel.start();
  await clock.advance(600_000);
  expect(hub.dials).toHaveLength(1);
  expect(states.at(-1)).toMatchObject({ state: 'revoked', error: { message: 'refused: REVOKED' } });
});

test('one whose place another took does not take it back at once', async () => {
  const { clock, hub, tunnel } = setUp();
  tunnel.start();
  await clock.advance(1_000);
  hub.leg!.close('SUPERSEDED', 'a newer socket of this provider');
  await clock.advance(29_000);
  expect(hub.dials).toHaveLength(1);
  await clock.advance(5_000);
  expect(hub.dials).toHaveLength(2);
});

test('a closed tunnel says goodbye and dials no more', async () => {
  const { clock, hub, tunnel, open } = setUp();
  tunnel.start();
  await clock.advance(1_000);
  tunnel.close();
  await clock.advance(60_000);
  expect(hub.dials).toHaveLength(1);
  expect(hub.leg!.open).toBe(false);
  expect(open()).toBe(0);
});

test('a tunnel that is closed while it dials leaves no connection', async () => {
  const { clock, hub, tunnel } = setUp();
  tunnel.start();
  tunnel.close();
  await clock.advance(60_000);
  expect(hub.hellos).toEqual([]);
});

describe('a connection that will end', () => {
  test('is replaced before, and what is open on it goes on until the hub closes it', async () => {
    const { clock, hub, tunnel, states, open, retired } = setUp();
    tunnel.start();
    await clock.advance(1_000);
    const old = hub.leg!;
    old.send({ type: FrameType.GOAWAY, code: ERRORS.GOING_AWAY.number, afterMs: 1_000 });
    await clock.advance(600);
    expect(hub.hellos).toMatchObject([{ connSeq: 1 }, { connSeq: 2 }]);
    expect([old.open, hub.leg!.up, open(), retired()]).toEqual([true, true, 2, 1]);
    old.close('SUPERSEDED', 'moved');
    await clock.advance(120_000);
    expect([hub.dials.length, open()]).toEqual([2, 1]);
    expect(states.map(({ state }) => state)).toEqual(['connecting', 'connected', 'connected']);
  });

  test('beats no more once it was replaced', async () => {
    const { clock, hub, tunnel } = setUp();
    tunnel.start();
    await clock.advance(1_000);
    hub.leg!.send({ type: FrameType.GOAWAY, code: ERRORS.GOING_AWAY.number, afterMs: 1_000 });
    await clock.advance(20_000);
    expect(hub.beats.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  test('closed by the hub before the newer one is up is no reason to wait', async () => {
    const { clock, hub, tunnel, now } = setUp();
    tunnel.start();
    await clock.advance(1_000);
    const old = hub.leg!;
    old.send({ type: FrameType.GOAWAY, code: ERRORS.GOING_AWAY.number, afterMs: 1_000 });
    await clock.until(() => hub.dials.length === 2, 1_000);
    old.close('SUPERSEDED', 'a newer socket of this provider');
    await clock.advance(100);
    expect([now(), hub.dials.length]).toEqual(['connected', 2]);
  });

  test('is kept while no newer one can be had', async () => {
    const { clock, hub, tunnel, now } = setUp();
    tunnel.start();
    await clock.advance(1_000);
    const old = hub.leg!;
    hub.away = true;
    old.send({ type: FrameType.GOAWAY, code: ERRORS.GOING_AWAY.number, afterMs: 10_000 });
    await clock.advance(9_000);
    expect([now(), old.up, hub.dials.length > 5]).toEqual(['connected', true, true]);
    hub.away = false;
    await clock.advance(1_000);
    expect(hub.hellos.length).toBe(2);
  });

  test('is kept while the next one is refused by the same draining hub, which is tried again soon', async () => {
    const { clock, hub, tunnel, states } = setUp();
    // An outage before it, long enough that pauses have become long.
    hub.away = true;
    tunnel.start();
    await clock.advance(300_000);
    hub.away = false;
    await clock.advance(10_000);
    const old = hub.leg!;
    const before = { states: states.length, hellos: hub.hellos.length };
    hub.refuse = 'GOING_AWAY';
    old.send({ type: FrameType.GOAWAY, code: ERRORS.GOING_AWAY.number, afterMs: 4_000 });
    await clock.advance(2_000);
    for (let tries = hub.hellos.length, i = 0; i < 10; i++) {
      await clock.advance(400);
      expect(hub.hellos.length).toBeGreaterThan(tries);
      tries = hub.hellos.length;
    }
    hub.refuse = undefined;
    await clock.advance(400);
    expect([old.up, hub.leg!.up, hub.leg === old]).toEqual([true, true, false]);
    expect(states.slice(before.states)).toEqual([{ state: 'connected' }]);
  });

  test('of which no hub ever says so is replaced within the hour', async () => {
    const { clock, hub, tunnel } = setUp();
    tunnel.start();
    await clock.advance(51 * 60_000);
    expect(hub.dials.length).toBe(1);
    await clock.advance(8 * 60_000);
    expect(hub.dials.length).toBe(2);
  });
});

describe('several regions', () => {
  const NEAR = 'http://near';
  const WELCOME = { hubs: [{ region: 'us', url: NEAR }] };
  const near = (urls: string[]) =>
    urls.filter((url) => url === `${NEAR.replace('http', 'ws')}/provider`).length;

  test('the nearest hub is dialled once it is known, before the other is left', async () => {
    const { clock, hub, tunnel, states, retired, open } = setUp(() => 0.5, { 'http://hub': 80, [NEAR]: 5 });
    hub.welcome = WELCOME;
    tunnel.start();
    await clock.advance(1_000);
    expect(hub.urls).toEqual(['ws://hub/provider', 'ws://near/provider']);
    expect(states.filter(({ state }) => state === 'connecting')).toHaveLength(1);
    expect([retired(), open()]).toEqual([1, 2]);
    tunnel.close();
  });

  test('while the nearest is away the provider is at another one', async () => {
    const { clock, hub, tunnel, now } = setUp(() => 0.5, { 'http://hub': 80, [NEAR]: 5 });
    hub.welcome = WELCOME;
    tunnel.start();
    await clock.advance(1_000);
    hub.awayUrl = 'ws://near/provider';
    hub.cut();
    await clock.advance(2_000);
    expect([hub.urls.at(-1), now()]).toEqual(['ws://hub/provider', 'connected']);
    // It answers the measuring all the time, and is tried again.
    const tried = near(hub.urls);
    hub.awayUrl = undefined;
    await clock.advance(120_000);
    expect(near(hub.urls)).toBeGreaterThan(tried);
    expect(hub.urls.at(-1)).toBe('ws://near/provider');
    tunnel.close();
  });
});
