import { SimClock } from '@unicore/protocol/sim';
import { beforeEach, describe, expect, test } from 'vitest';
import { HELLO } from '../testing/hello.ts';
import { Presence } from './presence.ts';

describe('presence', () => {
  let clock: SimClock;
  let told: string[];
  let presence: Presence;

  beforeEach(() => {
    clock = new SimClock();
    told = [];
    presence = new Presence(clock, (providerId, silence) => {
      if (silence !== 'same') told.push(`${providerId} ${silence}`);
    });
    presence.start(['p-old']);
  });

  test('a provider that joined but never came is pending', () => {
    expect(presence.state('p-new')).toBe('pending');
  });

  test('silent for 10 s is suspect, and any word ends that', async () => {
    presence.connected('p-1', HELLO);
    await clock.advance(9_999);
    expect(presence.state('p-1')).toBe('online');
    await clock.advance(1);
    expect(presence.state('p-1')).toBe('suspect');
    presence.heard('p-1');
    expect(presence.state('p-1')).toBe('online');
    expect(told.filter((line) => line.startsWith('p-1'))).toEqual(['p-1 began', 'p-1 ended']);
  });

  test('beats keep it online', async () => {
    presence.connected('p-1', HELLO);
    for (let beat = 0; beat < 10; beat++) {
      await clock.advance(5_000);
      presence.heard('p-1');
      presence.beat('p-1', { ...HELLO.beat, cpu: beat / 10 });
    }
    expect(told.filter((line) => line.startsWith('p-1'))).toEqual([]);
    expect(presence.hello('p-1')?.beat.cpu).toBe(0.9);
  });

  test('a closed socket alone changes nothing: the clock began at the last word', async () => {
    presence.connected('p-1', HELLO);
    await clock.advance(4_000);
    presence.heard('p-1');
    await clock.advance(5_000);
    presence.disconnected('p-1');
    expect(presence.state('p-1')).toBe('online');
    expect(presence.reachable()).toEqual([]);
    await clock.advance(5_000);
    expect(presence.state('p-1')).toBe('suspect');
  });

  test('back within 10 s, nobody saw it gone', async () => {
    presence.connected('p-1', HELLO);
    presence.disconnected('p-1');
    await clock.advance(9_000);
    presence.connected('p-1', HELLO);
    await clock.advance(9_000);
    expect(presence.state('p-1')).toBe('online');
    expect(presence.reachable()).toHaveLength(1);
    expect(told).toEqual(['p-old began']);
  });

  test('after a start of the hub, known providers have 10 s to come back', async () => {
    expect(presence.state('p-old')).toBe('online');
    expect(presence.reachable()).toEqual([]);
    await clock.advance(10_000);
    expect(presence.state('p-old')).toBe('suspect');
    presence.connected('p-old', HELLO);
    expect(told).toEqual(['p-old began', 'p-old ended']);
  });

  test('how long ago it was heard is known only of who was here', async () => {
    expect(presence.silence('p-old')).toBeUndefined();
    presence.connected('p-1', HELLO);
    await clock.advance(3_000);
    expect(presence.silence('p-1')).toBe(3_000);
  });
});
