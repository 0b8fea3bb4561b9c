/** Malicious output neither blocks a screen nor fills its memory. */
import { systemClock } from '@unicore/protocol';
import { expect, test } from 'vitest';
import type { PtySize } from '../../pty/index.ts';
import { headlessTerminal, MAX_JOINED, XtermCore } from '../emulator/index.ts';
import { Output } from '../output/index.ts';
import { dump } from '../testing/index.ts';
import { RoundRobin } from './round-robin.ts';
import { Screen } from './screen.ts';

const SIZE = { cols: 80, rows: 24 };

function screenOf(size: PtySize) {
  const faults: unknown[] = [];
  const events = {
    answer: () => undefined,
    parsed: () => undefined,
    fault: (error: unknown) => faults.push(error),
  };
  const output = new Output();
  const screen = new Screen({ output, size, scheduler: new RoundRobin(), clock: systemClock, events });
  return { output, screen, faults };
}

/** Returns the screen of a viewer after all of this output is parsed. */
async function shown(text: string) {
  const { output, screen, faults } = screenOf(SIZE);
  output.append(Buffer.from(text));
  screen.wake();
  while (screen.unparsed > 0) await new Promise(setImmediate);
  const copy = headlessTerminal(SIZE);
  new XtermCore(copy).writeSync(screen.snapshot().bytes);
  return { ...dump(copy), faults };
}

test.each([...'LMSTIZb'])(
  'CSI %s with a count of two thousand million takes almost no time',
  async (final) => {
    const started = performance.now();
    const is = await shown(`one\r\ntwo\r\nthree\x1b[2147483647${final}x`);
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(is.faults).toEqual([]);
  },
);

test('counts within the limits have their normal effect', async () => {
  const text = 'one\r\ntwo\r\nthree\r\nfour\x1b[2;1H';
  const { lines } = (await shown(`${text}\x1b[2M`)).normal;
  expect(lines.slice(0, 2).map((line) => line.trim())).toEqual(['one', 'four']);
  expect(await shown(`${text}\x1b[100M`)).toEqual(await shown(`${text}\x1b[23M`));
});

test('endless combining characters make a cell of bounded size', async () => {
  const { lines } = (await shown(`a${'\u0301'.repeat(100_000)}`)).normal;
  expect(lines[0]!.trimStart().startsWith(`a${'\u0301'.repeat(MAX_JOINED)}`)).toBe(true);
  // The other combining characters got their own cells, and so filled more lines.
  expect(lines.length).toBeGreaterThan(50);
});

test('after the limit of links no more are created, and their text still shows', async () => {
  const links = Array.from({ length: 20_000 }, (_, i) => `\x1b]8;;http://x/${i}\x1b\\a\x1b]8;;\x1b\\\r`).join(
    '',
  );
  const { lines } = (await shown(`${links}last`)).normal;
  expect(lines[0]!.trim()).toBe('last');
});

test('a title of a megabyte is ignored', async () => {
  expect((await shown(`\x1b]2;good\x07\x1b]2;${'x'.repeat(1_000_000)}\x07`)).title).toBe('good');
});

test('output that is slow to parse delays neither other terminals nor a snapshot', async () => {
  const { output, screen } = screenOf({ cols: 80, rows: 1000 });
  output.append(Buffer.from('\x1b[999L'.repeat(60)));
  screen.wake();
  expect(screen.snapshot().at).toBeLessThan(output.end);
  let most = 0;
  while (screen.unparsed > 0) {
    const before = screen.unparsed;
    await new Promise(setImmediate);
    most = Math.max(most, before - screen.unparsed);
  }
  // At most a dozen sequences were parsed per turn, even on a large screen.
  expect(most).toBeLessThan(200);
});
