/** Tests that a viewer that is far behind skips to the current screen after an interrupt. */
import { expect, test } from 'vitest';
import { lines, parsed, startTerminal } from './testing/index.ts';

const KIB = 1024;
/** Time in ms without output. It is longer than the pause after which output is considered finished. */
const QUIET_MS = 50;

test('after an interrupt, a viewer with a large backlog skips to the screen at the next pause of the output', async () => {
  const { pty, clock, join } = startTerminal();
  const viewer = join('a');
  viewer.take();
  pty.print(lines(0, 50_000));
  viewer.take(1000);
  await parsed();
  expect(pty.paused).toBe(true);
  viewer.type('\x03');
  expect([pty.input, pty.paused]).toEqual(['\x03', false]);
  // The program wrote this output before it got the interrupt.
  for (let n = 50_000; n < 60_000; n += 2_000) {
    pty.print(lines(n, n + 2_000));
    await clock.advance(20);
    expect(viewer.take()).toBe('');
  }
  pty.print('^C\r\n$ ');
  await clock.advance(QUIET_MS);
  expect(viewer.take().length).toBeLessThan(16 * KIB);
  expect([viewer.line(22), viewer.line(23)]).toEqual(['^C', '$ ']);
  expect(viewer.notices.at(-1)).toHaveProperty('skipped');
  pty.print('after');
  expect(viewer.take()).toBe('after');
});

test('a program that ignores repeated interrupts is shown again after a moment', async () => {
  const { pty, clock, join } = startTerminal();
  const viewer = join('a');
  viewer.take();
  let line = 0;
  const flood = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 10) {
      if (!pty.paused) pty.print(lines(line, line + 5_000));
      line += 5_000;
      await parsed();
      await clock.advance(10);
    }
  };
  await flood(100);
  viewer.type('\x03');
  await flood(100);
  viewer.type('\x03\x03');
  await flood(100);
  expect(viewer.take()).toBe('');
  await flood(110);
  viewer.take();
  expect(viewer.notices.filter(({ skipped }) => skipped !== undefined)).toHaveLength(1);
  pty.print('seen');
  viewer.take();
  expect(viewer.received.toString().endsWith('seen')).toBe(true);
});

test('a fast viewer skips nothing when a slow one interrupts', async () => {
  const { pty, clock, join } = startTerminal();
  const [slow, fast] = [join('slow'), join('fast')];
  for (const viewer of [fast, slow]) viewer.take();
  let text = '';
  let read = '';
  const flood = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 10) {
      const more = lines(text.length, text.length + 10_000);
      pty.print(more);
      text += more;
      // The fast viewer always stays a little behind the end of the output.
      read += fast.take(text.length - read.length - 20_000);
      slow.take(100);
      await parsed();
      await clock.advance(10);
    }
  };
  await flood(200);
  slow.type('\x03');
  await flood(100);
  await clock.advance(QUIET_MS);
  read += fast.take();
  slow.take();
  expect(read).toBe(text);
  expect(slow.notices.at(-1)).toHaveProperty('skipped');
  for (let y = 0; y < 24; y++) expect(slow.line(y)).toBe(fast.line(y));
});

test('on a slow connection even a small backlog is skipped', async () => {
  const { pty, clock, join } = startTerminal();
  const viewer = join('a');
  viewer.take();
  pty.print(lines(0, 10_000));
  // The viewer reads 100 KB per second.
  for (let ms = 0; ms < 300; ms += 10) {
    viewer.take(1_000);
    await clock.advance(10);
  }
  expect(lines(0, 10_000).length - 30_000).toBeLessThan(64 * KIB);
  viewer.type('\x03');
  await clock.advance(QUIET_MS);
  viewer.take();
  expect(viewer.notices.at(-1)).toHaveProperty('skipped');
});

test('output that an engine had buffered is skipped too, although the backlog here was small', async () => {
  const { pty, clock, join } = startTerminal();
  const viewer = join('a');
  viewer.take();
  let line = 0;
  const pass = async (ms: number, most: number) => {
    for (let passed = 0; passed < ms; passed += 10) {
      if (!pty.paused && line < 200_000) pty.print(lines(line, line + 8_000));
      line += 8_000;
      viewer.take(most);
      await parsed();
      await clock.advance(10);
    }
  };
  // At 2.5 MB per second, the 256 KiB in the backlog take a tenth of a second.
  await pass(250, 25_000);
  line = 0;
  viewer.type('\x03');
  await pass(300, 25_000);
  viewer.take();
  expect(viewer.notices.at(-1)).toHaveProperty('skipped');
  expect(pty.paused).toBe(false);
});

test('^\\ and ^Z are interrupts, too', async () => {
  for (const key of ['\x1c', '\x1a']) {
    const { pty, clock, join } = startTerminal();
    const viewer = join('a');
    viewer.take();
    pty.print(lines(0, 20_000));
    viewer.type(key);
    await clock.advance(QUIET_MS);
    viewer.take();
    expect(viewer.notices.at(-1)).toHaveProperty('skipped');
  }
});

test('a full-screen program that reads ^C as a key: a screen that is being sent is not drawn twice', async () => {
  const { pty, clock, join } = startTerminal();
  const viewer = join('a');
  viewer.take();
  const rows = Array.from({ length: 24 }, (_, y) => `\x1b[${y + 1};1H${'x'.repeat(79)}`).join('');
  pty.print(`\x1b[?1049h${rows}`);
  // On this connection, the whole output would take a second.
  for (let ms = 0; ms < 200; ms += 10) {
    viewer.take(20);
    await clock.advance(10);
  }
  viewer.type('\x03');
  await clock.advance(QUIET_MS);
  const rest = viewer.take();
  expect(viewer.notices.filter(({ skipped }) => skipped !== undefined)).toEqual([]);
  expect(rest.endsWith(rows.slice(-1_000))).toBe(true);
});

test('a program that ends while its viewer skips: the viewer gets the last screen, then the end', async () => {
  const { pty, terminal, join } = startTerminal();
  const viewer = join('a');
  viewer.take();
  pty.print(lines(0, 20_000));
  viewer.type('\x03');
  pty.print('last words');
  pty.exit({ code: 130, signal: 2 });
  await terminal.ended;
  expect(viewer.farewell).toBe('exited with status 130');
  viewer.take();
  expect(viewer.line(23)).toBe('last words');
});

test('a read-only viewer interrupts nothing and skips nothing', async () => {
  const { pty, clock, join } = startTerminal();
  const reader = join('reader', { mayWrite: false });
  reader.take();
  pty.print(lines(0, 20_000));
  reader.type('\x03');
  await clock.advance(QUIET_MS);
  expect(pty.input).toBe('');
  expect(reader.take()).toBe(lines(0, 20_000));
});

test('an interrupt with a small backlog skips nothing', () => {
  const { pty, join } = startTerminal();
  const viewer = join('a');
  viewer.take();
  pty.print(lines(0, 1000));
  viewer.type('\x03');
  expect(viewer.take()).toBe(lines(0, 1000));
});
