/** ^C on a slow line with a real engine, which has a megabyte of the program's output on its way. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SlowLine } from '../../testing/slow-line.ts';
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

test.each([
  ['yes', 400],
  ['base64 /dev/urandom', 600],
])('^C in `%s`: the prompt is back within %i ms', async (program, ms) => {
  const took: number[] = [];
  for (let i = 0; i < TIMES; i++) took.push(await line.interrupt(view, program));
  expect(Math.max(...took), took.map(Math.round).join(', ')).toBeLessThan(ms);
});
