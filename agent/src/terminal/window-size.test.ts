/** Tests which viewer's window gives the terminal its size. */
import { expect, test } from 'vitest';
import { startTerminal } from './testing/index.ts';

test('the window of the viewer that typed last gives the size, and the others are told', () => {
  const { pty, join } = startTerminal();
  const a = join('a', { size: { cols: 100, rows: 30 } });
  expect(pty.sizes).toEqual([{ cols: 100, rows: 30 }]);
  const b = join('b', { size: { cols: 60, rows: 20 } });
  b.take();
  expect(b.notices).toEqual([{ size: [100, 30], mine: false, typist: 'user of a' }]);
  b.type('x');
  expect(pty.sizes.at(-1)).toEqual({ cols: 60, rows: 20 });
  for (const viewer of [a, b]) viewer.take();
  expect(a.notices.at(-1)).toEqual({ size: [60, 20], mine: false, typist: 'user of b' });
  expect(b.notices.at(-1)).toEqual({ size: [60, 20], mine: true, typist: 'user of b' });
});

test('a resized window counts only if its viewer typed last', () => {
  const { pty, terminal, join } = startTerminal();
  join('a');
  join('b');
  terminal.resize({ cols: 50, rows: 10 }, 'b');
  expect(pty.sizes).toEqual([]);
  terminal.resize({ cols: 51, rows: 11 }, 'a');
  expect(pty.sizes).toEqual([{ cols: 51, rows: 11 }]);
  terminal.resize({ cols: 52, rows: 12 });
  expect(terminal.info()).toMatchObject({ cols: 52, rows: 12, viewers: 2 });
});

test('when the viewer that typed last leaves, the window of another one counts', () => {
  const { pty, join } = startTerminal();
  const a = join('a');
  const b = join('b', { size: { cols: 60, rows: 20 } });
  a.handler!.closed('OK', '');
  b.take();
  expect(pty.sizes).toEqual([{ cols: 60, rows: 20 }]);
  expect(b.notices.at(-1)).toEqual({ size: [60, 20], mine: true, typist: 'user of b' });
});

test('the notice of a new size comes between two sequences, and both screens wrap alike', () => {
  const { pty, terminal, join } = startTerminal();
  const viewer = join('a');
  viewer.take();
  pty.print(`${'x'.repeat(90)}\x1b[3`);
  terminal.resize({ cols: 40, rows: 10 }, 'a');
  expect(viewer.take()).not.toContain('7717');
  pty.print(`1mred${'y'.repeat(50)}`);
  viewer.take();
  const told = '{"size":[40,10],"mine":true,"typist":"user of a"}';
  expect(viewer.received.toString()).toContain(`\x1b[31m\x1b]7717;${told}\x07redy`);
  const other = join('b');
  other.take();
  for (let y = 0; y < 10; y++) expect(other.line(y)).toBe(viewer.line(y));
});
