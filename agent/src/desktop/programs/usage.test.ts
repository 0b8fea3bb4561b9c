/** How the time and the sent bytes of a desktop are measured. */
import { SimClock } from '@unicore/protocol/sim';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { transmittedOf, UsageMeter } from './usage.ts';

const DEVICES = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 1000       10    0    0    0     0          0         0     1000       10    0    0    0     0       0          0
  eth0: 5000       10    0    0    0     0          0         0     3210       10    0    0    0     0       0          0
  eth1:5000       10    0    0    0     0          0         0        7       10    0    0    0     0       0          0
`;

test('transmitted bytes of all interfaces but loopback are added up', () => {
  expect(transmittedOf(DEVICES)).toBe(3217);
});

test('a text without interfaces counts nothing', () => {
  fc.assert(fc.property(fc.string(), (text) => Number.isFinite(transmittedOf(text))));
  expect(transmittedOf('')).toBe(0);
});

test('seconds are counted from the start of the container, by the clock', async () => {
  const clock = new SimClock();
  const meter = new UsageMeter(clock, 1_500);
  await clock.advance(90_500);
  expect((await meter.read()).seconds).toBe(92);
});
