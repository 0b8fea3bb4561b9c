/** Tests of a terminal with viewers: output, back-pressure, rights, answers, and the program's end. */
import { expect, test } from 'vitest';
import { lines, parsed, startTerminal } from './testing/index.ts';

const KIB = 1024;

test('a viewer gets the current screen, then every byte of output in order', () => {
  const { pty, join } = startTerminal();
  pty.print('\x1b[1mhello\r\n');
  const viewer = join('a');
  viewer.take();
  expect(viewer.line(0)).toBe('hello');
  const text = lines(0, 20_000);
  let live = '';
  for (let at = 0; at < text.length; at += 4_000) {
    pty.print(text.slice(at, at + 4_000));
    live += viewer.take();
  }
  expect(live).toBe(text);
});

test('a second viewer sees the same screen as the first', () => {
  const { pty, join } = startTerminal();
  const first = join('a');
  pty.print(`${lines(0, 50)}\x1b[31mred \x1b[?1049h\x1b[5;5Hfull screen 世界 —`);
  first.take();
  const second = join('b');
  second.take();
  for (let y = 0; y < 24; y++) expect(second.line(y)).toBe(first.line(y));
  pty.print('\x1b[?1049l');
  first.take();
  second.take();
  expect(second.line(20)).toBe(first.line(20));
});

test('a snapshot starts with a reset and the size', () => {
  const { join } = startTerminal();
  const start = '\x1bc\x1b]7717;{"size":[80,24],"mine":true,"typist":"user of a"}\x07';
  expect(join('a').take().slice(0, start.length)).toBe(start);
});

test('a character is never split between two pieces, and an incomplete one waits for its end', () => {
  const { pty, join } = startTerminal();
  const viewer = join('a');
  viewer.take();
  const dashes = Buffer.from('—'.repeat(20_000));
  for (let at = 0; at < dashes.length; at += 4_097) {
    pty.print(dashes.subarray(at, at + 4_097));
    viewer.take();
  }
  expect(viewer.line(0)).toBe('—'.repeat(80));
  expect(viewer.received.includes('\ufffd')).toBe(false);
  pty.print(dashes.subarray(0, 2));
  expect(viewer.take()).toBe('');
  pty.print(dashes.subarray(2, 3));
  expect(viewer.take()).toBe('—');
});

test('without viewers the program is paused only until the screen has parsed its output', async () => {
  const { pty } = startTerminal();
  pty.print(Buffer.alloc(600 * KIB, 'x'));
  expect(pty.paused).toBe(true);
  await parsed();
  expect(pty.paused).toBe(false);
});

test('the program waits for the fastest viewer only', async () => {
  const { pty, join } = startTerminal();
  const [fast, slow] = [join('fast'), join('slow')];
  for (const viewer of [fast, slow]) viewer.take();
  pty.print(Buffer.alloc(300 * KIB, 'x'));
  await parsed();
  expect(pty.paused).toBe(true);
  fast.take(100 * KIB);
  expect(pty.paused).toBe(true);
  fast.take();
  expect(pty.paused).toBe(false);
  expect(slow.received.length).toBeLessThan(1 * KIB);
});

test('a viewer that falls out of the ring jumps to the current screen, and is told how much it missed', async () => {
  const { pty, join } = startTerminal();
  const [fast, slow] = [join('fast'), join('slow')];
  for (const viewer of [fast, slow]) viewer.take();
  const text = lines(0, 500_000);
  for (let at = 0; at < text.length; at += 64 * KIB) {
    pty.print(text.slice(at, at + 64 * KIB));
    fast.take();
  }
  slow.take();
  expect(slow.notices.at(-1)).toEqual({ skipped: text.length });
  for (let y = 0; y < 24; y++) expect(slow.line(y)).toBe(fast.line(y));
  pty.print('after');
  expect(slow.take()).toBe('after');
});

test('a viewer that does not read is not woken for each piece of output', () => {
  const { pty, join } = startTerminal();
  const viewer = join('a');
  let wakes = 0;
  viewer.onWake = () => wakes++;
  for (let n = 0; n < 1000; n++) pty.print('x');
  expect(wakes).toBe(0);
  viewer.take();
  pty.print('x');
  pty.print('x');
  expect(wakes).toBe(1);
});

test('a disconnected viewer holds back the program for 30 s, and no longer', async () => {
  const { pty, clock, join } = startTerminal();
  const viewer = join('a');
  viewer.take();
  viewer.handler!.detached!('LEG_LOST');
  pty.print(Buffer.alloc(300 * KIB, 'x'));
  await parsed();
  expect(pty.paused).toBe(true);
  await clock.advance(29_000);
  expect(pty.paused).toBe(true);
  await clock.advance(2_000);
  expect(pty.paused).toBe(false);
});

test('a viewer that reconnects in time misses nothing', async () => {
  const { pty, clock, join } = startTerminal();
  const viewer = join('a');
  viewer.take();
  viewer.handler!.detached!('LEG_LOST');
  pty.print(lines(0, 1000));
  await clock.advance(20_000);
  viewer.handler!.attached!({});
  expect(viewer.take()).toBe(lines(0, 1000));
});

test('a read-only viewer sees everything and changes nothing', () => {
  const { pty, join } = startTerminal();
  const reader = join('reader', { mayWrite: false, size: { cols: 10, rows: 5 } });
  reader.type('rm -rf\r');
  expect(pty.input).toBe('');
  expect(reader.consumed).toBe(7);
  expect(pty.sizes).toEqual([]);
  pty.print('seen');
  reader.take();
  expect(reader.line(0)).toBe('seen');
});

test('a right that was lost while disconnected is gone after reconnecting', () => {
  const { pty, terminal, join } = startTerminal();
  const viewer = join('a');
  viewer.handler!.detached!('LEG_LOST');
  terminal.returned('a', { mayWrite: false, size: { cols: 70, rows: 20 } });
  viewer.handler!.attached!({});
  viewer.type('no');
  expect(pty.input).toBe('');
  expect(pty.sizes).toEqual([]);
});

test('input gives new credit only when the program has taken it', () => {
  const { pty, join } = startTerminal();
  const viewer = join('a');
  pty.reads = false;
  viewer.type('paste');
  expect(viewer.consumed).toBe(0);
  pty.readAll();
  expect(viewer.consumed).toBe(5);
});

test('the terminal itself answers queries while no viewer may write', async () => {
  const { pty, join } = startTerminal();
  pty.print('\x1b[6n');
  await parsed();
  expect(pty.input).toBe('\x1b[1;1R');
  join('reader', { mayWrite: false });
  pty.print('ab\x1b[6n');
  await parsed();
  expect(pty.input).toBe('\x1b[1;1R\x1b[1;3R');
  join('writer');
  pty.print('\x1b[6n');
  await parsed();
  expect(pty.input).toBe('\x1b[1;1R\x1b[1;3R');
});

test('of several viewers only the one that typed last answers queries', () => {
  const { pty, join } = startTerminal();
  const [a, b] = [join('a'), join('b')];
  for (const viewer of [a, b]) viewer.type('\x1b[?1;2c');
  expect(pty.input).toBe('\x1b[?1;2c');
  expect([a.consumed, b.consumed]).toEqual([7, 7]);
  b.type('x');
  for (const viewer of [a, b]) viewer.type('\x1b[5;5R');
  expect(pty.input).toBe('\x1b[?1;2cx\x1b[5;5R');
  // When viewer b is disconnected, viewer a answers.
  b.handler!.detached!('LEG_LOST');
  a.type('\x1b[0n');
  expect(pty.input).toBe('\x1b[?1;2cx\x1b[5;5R\x1b[0n');
});

test('a program that sends queries but never reads gets only a few answers', async () => {
  const { pty } = startTerminal();
  pty.reads = false;
  for (let i = 0; i < 100; i++) pty.print('\x1b[c'.repeat(100));
  await parsed();
  expect(pty.input.length).toBeGreaterThan(1000);
  expect(pty.input.length).toBeLessThan(5000);
});

test('at the end every viewer gets the last output, then the exit status', async () => {
  const { pty, terminal, join } = startTerminal();
  const [a, b] = [join('a'), join('b')];
  a.take();
  pty.print('last words');
  pty.exit({ code: 3, signal: null });
  await terminal.ended;
  expect([a.farewell, b.farewell]).toEqual(['exited with status 3', 'exited with status 3']);
  expect(a.take()).toBe('last words');
  b.take();
  expect(b.line(0)).toBe('last words');
});

test('at the end an incomplete character is sent too', async () => {
  const { pty, terminal, join } = startTerminal();
  const viewer = join('a');
  viewer.take();
  pty.print(Buffer.from('—').subarray(0, 2));
  pty.exit({ code: 0, signal: null });
  await terminal.ended;
  viewer.take();
  expect([...viewer.received.subarray(-2)]).toEqual([0xe2, 0x80]);
});

test('closing kills the program, even a paused one', async () => {
  const { pty, terminal, join } = startTerminal();
  const viewer = join('a');
  viewer.take();
  pty.print(Buffer.alloc(300 * KIB, 'x'));
  expect(pty.paused).toBe(true);
  await terminal.close();
  expect(pty.killed).toBe(true);
  expect(pty.paused).toBe(false);
  expect(viewer.farewell).toBe('exited with status 129');
});

test('a viewer that ends its channel is gone, and the others stay', () => {
  const { pty, terminal, join } = startTerminal();
  const [a, b] = [join('a'), join('b')];
  for (const viewer of [a, b]) viewer.take();
  a.handler!.ended!('OK', '');
  a.handler!.closed('OK', '');
  expect(a.gone).toBe(true);
  expect(terminal.info().viewers).toBe(1);
  pty.print('on');
  expect(b.take()).toMatch(/on$/);
  expect(a.take()).toBe('');
});

test('the title is the one that the program set', async () => {
  const { pty, terminal } = startTerminal();
  pty.print('\x1b]0;vim — file\x07');
  await parsed();
  expect(terminal.info().title).toBe('vim — file');
});
