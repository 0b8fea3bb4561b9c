/** A short check of the tunnel's promise; `npm run chaos -- tunnel --kills 1000` is the full one. */
import { expect, test } from 'vitest';
import { runChaos } from '../../chaos/run/run.ts';
import { TUNNEL } from '../../chaos/tunnel/scenario.ts';

const LIMIT_MS = 300_000;
/**
 * Half of the whole promise's, and bytes a second each way of each. The ends and their programs share the machine: with more,
 * two slow cores have nothing left to catch up with. Of so few kills the p99 is the worst one's, and would be the machine's.
 */
const CHANNELS = 32;
const RATE = 8 * 1024;

test('32 terminals lose, repeat and move no byte in 50 kills of hub, tunnel and lines, and are back within a second', {
  timeout: LIMIT_MS,
}, async () => {
  const { bytes, total } = await runChaos(TUNNEL, { kills: 50, seed: 3, channels: CHANNELS, rate: RATE });
  expect(Math.min(bytes.down, bytes.up)).toBeGreaterThan(1024 * 1024);
  expect(total.p99).toBeLessThan(1_000);
});
