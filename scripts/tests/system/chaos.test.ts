/** The tunnel's promise, in short: `npm run chaos -- tunnel --kills 1000` is the whole of it. */
import { expect, test } from 'vitest';
import { ordeal } from '../../chaos/tunnel/ordeal.ts';

const LIMIT_MS = 300_000;

test('64 terminals lose, repeat and move no byte in 50 kills of hub, tunnel and lines, and are back within a second', {
  timeout: LIMIT_MS,
}, async () => {
  const { bytes, total } = await ordeal({ kills: 50, seed: 3, channels: 64, rate: 16 * 1024 });
  expect(Math.min(bytes.down, bytes.up)).toBeGreaterThan(1024 * 1024);
  expect(total.p99).toBeLessThan(1_000);
});
