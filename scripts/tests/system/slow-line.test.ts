/** Tests what users feel on a line of 1 Mbit/s with a round trip of 80 ms, on either side of the hub. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { percentile } from '../../lib/stats.ts';
import { showTimes } from '../../testing/figures.ts';
import {
  BUSY,
  ECHO_P95_MS,
  FLOOD_SHARE,
  PROMPT_MS,
  type Side,
  SlowLine,
  shareOfLine,
} from '../../testing/slow-line.ts';
import type { View } from '../../testing/view.ts';

/** Number of interrupts of each program, one after the other. */
const TIMES = 2;
const KEYS = 60;

/** Tests on the same line run one after the other. */
const IN_TURN = { concurrent: false };

// The tests of both sides mostly wait for their slow lines, so both sides run side by side.
describe.concurrent.each<Side>(['consumer', 'provider'])('a slow line on the %s’s side', (side) => {
  let line: SlowLine;
  const views: Partial<Record<'sdk' | 'raw', View>> = {};

  beforeAll(async () => {
    line = await SlowLine.open(side);
    views.sdk = await line.terminal('sdk');
    views.raw = await line.rawTerminal('raw');
  });
  afterAll(() => line.close());

  describe.each(['sdk', 'raw'] as const)('a terminal of kind %s', IN_TURN, (kind) => {
    test.each(Object.entries(PROMPT_MS))('^C in `%s`: the prompt is back soon', async (program, ms) => {
      const took: number[] = [];
      for (let i = 0; i < TIMES; i++) took.push(await line.interrupt(views[kind]!, program));
      showTimes(`^C in ${program}, slow ${side}, ${kind}`, { promised: ms, most: Math.max(...took) });
      expect(Math.max(...took)).toBeLessThan(BUSY * ms);
    });
  });

  test(
    'keys are echoed while another terminal floods the line, and the flood keeps most of it',
    IN_TURN,
    async () => {
      const { echoes, rate } = await line.typeUnderFlood('stty raw -echo; cat /dev/urandom', KEYS);
      const p95 = percentile(echoes, 0.95);
      showTimes(`a key beside a flood, slow ${side}`, { promised: ECHO_P95_MS, p95 });
      console.log(`slow ${side}: the flood kept ${Math.round(100 * shareOfLine(rate))} % of the line`);
      expect(p95).toBeLessThan(BUSY * ECHO_P95_MS);
      expect(shareOfLine(rate)).toBeGreaterThanOrEqual(FLOOD_SHARE / 2);
    },
  );
});
