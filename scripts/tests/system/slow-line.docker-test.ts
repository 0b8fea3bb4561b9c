/** Tests ^C on a slow line with a real Docker engine, which buffers a megabyte of the program's output. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { showTimes } from '../../testing/figures.ts';
import { BUSY, PROMPT_MS, SlowLine } from '../../testing/slow-line.ts';
import type { View } from '../../testing/view.ts';
import { deleteAll } from '../../testing/vms.ts';

const TIMES = 3;

let line: SlowLine;
let view: View;

beforeAll(async () => {
  line = await SlowLine.open('consumer', 'docker');
  view = await line.terminal('main');
});

afterAll(async () => {
  await deleteAll(line.unicore);
  await line.close();
});

test.each(Object.entries(PROMPT_MS))('^C in `%s`: the prompt is back soon', async (program, ms) => {
  const took: number[] = [];
  for (let i = 0; i < TIMES; i++) took.push(await line.interrupt(view, program));
  showTimes(`^C in ${program}`, { promised: ms, most: Math.max(...took) });
  expect(Math.max(...took)).toBeLessThan(BUSY * ms);
});
