/** A short form of `npm run chaos -- tunnel --kills 1000`. Only the full command also checks durations. */
import { expect, test } from 'vitest';
import { runChaos } from '../../chaos/run/run.ts';
import { TUNNEL } from '../../chaos/tunnel/scenario.ts';
import { showTimes } from '../../testing/figures.ts';

const LIMIT_MS = 900_000;
/**
 * Number of channels (half of the full run's), and the rate of each channel in bytes per second and
 * direction. The ends of the channels and their programs share the machine. With more load, two slow cores
 * could not catch up after a kill.
 */
const CHANNELS = 32;
const RATE = 8 * 1024;

test('32 terminals lose, repeat and move no byte in 50 kills of hub, tunnel and lines, and all come back', {
  timeout: LIMIT_MS,
}, async () => {
  const { bytes, total } = await runChaos(TUNNEL, { kills: 50, seed: 3, channels: CHANNELS, rate: RATE });
  expect(Math.min(bytes.down, bytes.up)).toBeGreaterThan(1024 * 1024);
  // The test only checks that resumes happened. `npm run chaos` checks how long they took.
  expect(total.resumes).toBeGreaterThan(0);
  showTimes('back after the hop', { p50: total.p50, p99: total.p99, max: total.max });
});
