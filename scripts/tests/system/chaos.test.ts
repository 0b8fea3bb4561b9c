/** The tunnel's promise, in short: `npm run chaos -- tunnel --kills 1000` is the whole of it, and judges the time too. */
import { expect, test } from 'vitest';
import { runChaos } from '../../chaos/run/run.ts';
import { TUNNEL } from '../../chaos/tunnel/scenario.ts';
import { showTimes } from '../../testing/figures.ts';

const LIMIT_MS = 900_000;
/**
 * Half of the whole promise's, and bytes a second each way of each. The ends and their programs share the machine: with more,
 * two slow cores have nothing left to catch up with.
 */
const CHANNELS = 32;
const RATE = 8 * 1024;

test('32 terminals lose, repeat and move no byte in 50 kills of hub, tunnel and lines, and all come back', {
  timeout: LIMIT_MS,
}, async () => {
  const { bytes, total } = await runChaos(TUNNEL, { kills: 50, seed: 3, channels: CHANNELS, rate: RATE });
  expect(Math.min(bytes.down, bytes.up)).toBeGreaterThan(1024 * 1024);
  // Each resume that the ordeal waited for; how long they took is for the command to judge.
  expect(total.resumes).toBeGreaterThan(0);
  showTimes('back after the hop', { p50: total.p50, p99: total.p99, max: total.max });
});
