/** Tests that the tunnel replaces a connection before the connection ends, and moves to a nearer hub. */
import { ERRORS, FrameType } from '@unicore/protocol';
import { describe, expect, test } from 'vitest';
import { setUpTunnel } from './testing/index.ts';

describe('a connection that will end', () => {
  test('is replaced in advance, and its channels continue until the hub closes it', async () => {
    const { clock, hub, tunnel, states, open, retired } = setUpTunnel();
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

  test('sends no more BEATs once it was replaced', async () => {
    const { clock, hub, tunnel } = setUpTunnel();
    tunnel.start();
    await clock.advance(1_000);
    hub.leg!.send({ type: FrameType.GOAWAY, code: ERRORS.GOING_AWAY.number, afterMs: 1_000 });
    await clock.advance(20_000);
    expect(hub.beats.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  test('may be closed by the hub before the newer one is up, without an extra pause', async () => {
    const { clock, hub, tunnel, now } = setUpTunnel();
    tunnel.start();
    await clock.advance(1_000);
    const old = hub.leg!;
    old.send({ type: FrameType.GOAWAY, code: ERRORS.GOING_AWAY.number, afterMs: 1_000 });
    await clock.until(() => hub.dials.length === 2, 1_000);
    old.close('SUPERSEDED', 'a newer socket of this provider');
    await clock.advance(100);
    expect([now(), hub.dials.length]).toEqual(['connected', 2]);
  });

  test('is kept while no new connection comes up', async () => {
    const { clock, hub, tunnel, now } = setUpTunnel();
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

  test('is kept while the draining hub refuses the next one, and the hub is soon tried again', async () => {
    const { clock, hub, tunnel, states } = setUpTunnel();
    // First, an outage lasts long enough for the backoff to grow.
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

  test('is replaced within the hour, even if the hub never announces its end', async () => {
    const { clock, hub, tunnel } = setUpTunnel();
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

  test('the nearest hub is dialled once it is known, before the other connection ends', async () => {
    const { clock, hub, tunnel, states, retired, open } = setUpTunnel(() => 0.5, {
      'http://hub': 80,
      [NEAR]: 5,
    });
    hub.welcome = WELCOME;
    tunnel.start();
    await clock.advance(1_000);
    expect(hub.urls).toEqual(['ws://hub/provider', 'ws://near/provider']);
    expect(states.filter(({ state }) => state === 'connecting')).toHaveLength(1);
    expect([retired(), open()]).toEqual([1, 2]);
    tunnel.close();
  });

  test('while the nearest hub is down, the provider uses another one', async () => {
    const { clock, hub, tunnel, now } = setUpTunnel(() => 0.5, { 'http://hub': 80, [NEAR]: 5 });
    hub.welcome = WELCOME;
    tunnel.start();
    await clock.advance(1_000);
    hub.awayUrl = 'ws://near/provider';
    hub.cut();
    await clock.advance(2_000);
    expect([hub.urls.at(-1), now()]).toEqual(['ws://hub/provider', 'connected']);
    // The near hub still answers latency probes, so the tunnel tries it again.
    const tried = near(hub.urls);
    hub.awayUrl = undefined;
    await clock.advance(120_000);
    expect(near(hub.urls)).toBeGreaterThan(tried);
    expect(hub.urls.at(-1)).toBe('ws://near/provider');
    tunnel.close();
  });
});
