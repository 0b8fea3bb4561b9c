/** Notices that a machine sends inside the output of a terminal. */
import { Terminal } from '@xterm/xterm';
import { expect, test } from 'vitest';
import { listenForNotices, type SizeInForce } from './notices.ts';

function listen() {
  const terminal = new Terminal({ cols: 80, rows: 24, allowProposedApi: true });
  const sizes: SizeInForce[] = [];
  const skips: number[] = [];
  listenForNotices(terminal, {
    size: (size) => {
      sizes.push(size);
      terminal.resize(size.cols, size.rows);
    },
    skipped: (bytes) => skips.push(bytes),
  });
  const write = (text: string) => new Promise<void>((done) => terminal.write(text, done));
  const row = (y: number) => terminal.buffer.active.getLine(y)?.translateToString(true);
  return { terminal, sizes, skips, write, row };
}
const notice = (json: unknown) => `\x1b]7717;${JSON.stringify(json)}\x07`;

test('a size applies to the bytes that follow it in the stream, not to those before', async () => {
  const { terminal, sizes, write, row } = listen();
  await write(`\x1bc${notice({ size: [10, 5], mine: false, typist: 'grace' })}${'x'.repeat(15)}`);
  expect(sizes).toEqual([{ cols: 10, rows: 5, mine: false, typist: 'grace' }]);
  expect([terminal.cols, terminal.rows]).toEqual([10, 5]);
  expect([row(0), row(1)]).toEqual(['x'.repeat(10), 'x'.repeat(5)]);
});

test('skipped output is reported', async () => {
  const { skips, write } = listen();
  await write(notice({ skipped: 4096 }));
  expect(skips).toEqual([4096]);
});

test('an invalid notice from a program is ignored and not shown', async () => {
  const { terminal, sizes, skips, write, row } = listen();
  const made = [
    { size: [0, 24] },
    { size: [80] },
    { size: 'big' },
    { size: [1e9, 1e9] },
    { skipped: 'much' },
    null,
    7,
  ];
  for (const value of made) await write(notice(value));
  await write('\x1b]7717;{not json\x07');
  expect([sizes, skips]).toEqual([[], []]);
  expect([terminal.cols, terminal.rows, row(0)]).toEqual([80, 24, '']);
});
