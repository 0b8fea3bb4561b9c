/** What people feel on a line of 1 Mbit/s with a round trip of 80 ms, on either side of the hub. The times are promises. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { percentile } from '../../lib/stats.ts';
import { type Side, SlowLine, shareOfLine } from '../../testing/slow-line.ts';
import type { View } from '../../testing/view.ts';

/** From ^C to the prompt, ms. */
const PROMPT_MS = { yes: 400, 'base64 /dev/urandom': 600 };
/** Interrupts of each program, one after the other. */
const TIMES = 2;
/** Of a key while another channel floods the line, ms; and the share of the line that the flood keeps. */
const ECHO_P95_MS = 250;
const FLOOD_SHARE = 0.8;
const KEYS = 60;

describe.each<Side>(['consumer', 'provider'])('a slow line on the %s’s side', (side) => {
  let line: SlowLine;
  const views: Partial<Record<'sdk' | 'raw', View>> = {};

  beforeAll(async () => {
    line = await SlowLine.open(side);
    views.sdk = await line.terminal('sdk');
    views.raw = await line.rawTerminal('raw');
  });
  afterAll(() => line.close());

  describe.each(['sdk', 'raw'] as const)('a terminal of kind %s', (kind) => {
    test.each(Object.entries(PROMPT_MS))(
      '^C in `%s`: the prompt is back within %i ms',
      async (program, ms) => {
        const took: number[] = [];
        for (let i = 0; i < TIMES; i++) took.push(await line.interrupt(views[kind]!, program));
        expect(Math.max(...took), took.map(Math.round).join(', ')).toBeLessThan(ms);
      },
    );
  });

  test('keys are echoed while another terminal floods the line, and the flood keeps most of it', async () => {
    const { echoes, rate } = await line.typeUnderFlood('stty raw -echo; cat /dev/urandom', KEYS);
    expect(percentile(echoes, 0.95)).toBeLessThan(ECHO_P95_MS);
    expect(shareOfLine(rate)).toBeGreaterThanOrEqual(FLOOD_SHARE);
  });
});
