/** Tests of the tunnel with a simulated hub: when the tunnel dials again, and when it does not. */
import { expect, test } from 'vitest';
import { BEAT, HELLO, setUpTunnel } from './testing/index.ts';

test('sends HELLO, and a BEAT every 5 s', async () => {
  const { clock, hub, tunnel, now } = setUpTunnel();
  tunnel.start();
  await clock.advance(10_100);
  expect(now()).toBe('connected');
  expect(hub.hellos).toEqual([{ ...HELLO, token: 'token-1', connSeq: 1 }]);
  expect(hub.beats.map(({ seq }) => seq)).toEqual([1, 2]);
  expect(hub.beats[0]?.meta).toEqual(BEAT);
  expect(hub.beats[1]!.at - hub.beats[0]!.at).toBe(5_000);
});

test('a hub that is down is dialled without end: often at first, every 5 s after a while', async () => {
  const { clock, hub, tunnel, now, lines } = setUpTunnel();
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

test('pauses have jitter, so that many agents do not come back together', async () => {
  let i = 0;
  const { clock, hub, tunnel } = setUpTunnel(() => [0, 0.5, 0.875][i++ % 3]!);
  hub.away = true;
  tunnel.start();
  await clock.advance(60_000);
  const pauses = hub.dials.slice(-4).map((at, index, all) => Math.round(at - (all[index - 1] ?? at)));
  expect(new Set(pauses.slice(1)).size).toBe(3);
});

test('after a stable connection breaks, the hub is dialled again at once', async () => {
  const { clock, hub, tunnel, now, open } = setUpTunnel();
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
  const { clock, hub, tunnel } = setUpTunnel();
  hub.refuse = 'INTERNAL';
  tunnel.start();
  await clock.advance(60_000);
  expect(hub.dials.at(-1)! - hub.dials.at(-2)!).toBeGreaterThan(220);
  await clock.advance(60_000);
  expect(hub.dials.at(-1)! - hub.dials.at(-2)!).toBeGreaterThan(3_000);
});

test('a connection without a sign of life for 25 s is closed, and the hub dialled again', async () => {
  const { clock, hub, tunnel, states } = setUpTunnel();
  tunnel.start();
  await clock.advance(1_000);
  // The hub's end is gone without a close frame. Nothing answers the agent.
  hub.leg!.receive = () => undefined;
  await clock.advance(26_000);
  expect(states.map(({ state }) => state)).toEqual(['connecting', 'connected', 'connecting', 'connected']);
  expect(states[2]).toMatchObject({ error: { code: 'PEER_SILENT' } });
});

test('the token is reused until the hub refuses it', async () => {
  const { clock, hub, tunnel, now } = setUpTunnel();
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

test('a token that is about to expire is not used', async () => {
  const { clock, hub, tunnel } = setUpTunnel();
  tunnel.start();
  await clock.advance(14.5 * 60_000);
  hub.cut();
  await clock.advance(1_000);
  expect(hub.hellos.map((hello) => (hello as { token: string }).token)).toEqual(['token-1', 'token-2']);
});

test('every connection has a higher connSeq', async () => {
  const { clock, hub, tunnel } = setUpTunnel();
  tunnel.start();
  for (let i = 0; i < 5; i++) {
    await clock.advance(11_000);
    hub.cut();
  }
  await clock.advance(11_000);
  expect(hub.hellos.map((hello) => (hello as { connSeq: number }).connSeq)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('a revoked provider stops dialling', async () => {
  const { clock, hub, tunnel, states } = setUpTunnel();
  hub.refuse = 'REVOKED';
  tunnel.start();
  await clock.advance(600_000);
  expect(hub.dials).toHaveLength(1);
  expect(states.at(-1)).toMatchObject({ state: 'revoked', error: { message: 'refused: REVOKED' } });
});

test('a superseded agent waits before it dials again', async () => {
  const { clock, hub, tunnel } = setUpTunnel();
  tunnel.start();
  await clock.advance(1_000);
  hub.leg!.close('SUPERSEDED', 'a newer socket of this provider');
  await clock.advance(29_000);
  expect(hub.dials).toHaveLength(1);
  await clock.advance(5_000);
  expect(hub.dials).toHaveLength(2);
});

test('a closed tunnel closes its connection and dials no more', async () => {
  const { clock, hub, tunnel, open } = setUpTunnel();
  tunnel.start();
  await clock.advance(1_000);
  tunnel.close();
  await clock.advance(60_000);
  expect(hub.dials).toHaveLength(1);
  expect(hub.leg!.open).toBe(false);
  expect(open()).toBe(0);
});

test('a tunnel that is closed while it dials leaves no connection', async () => {
  const { clock, hub, tunnel } = setUpTunnel();
  tunnel.start();
  tunnel.close();
  await clock.advance(60_000);
  expect(hub.hellos).toEqual([]);
});
