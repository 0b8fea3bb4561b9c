/** Tests of snapshots of recorded programs, skipped output, sizes, titles and queries. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SimClock } from '@unicore/protocol/sim';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { headlessTerminal, limitEmulator, XtermCore } from '../emulator/index.ts';
import { Output, wholeLength } from '../output/index.ts';
import { dump, type ScreenDump } from '../testing/index.ts';
import { RoundRobin } from './round-robin.ts';
import { Screen, type ScreenEvents } from './screen.ts';

const SIZE = { cols: 80, rows: 24 };
const FIXTURES = join(import.meta.dirname, '../testing/recordings');
const recordings = readdirSync(FIXTURES)
  .filter((name) => name.endsWith('.ansi'))
  .map((name) => ({ name, bytes: readFileSync(join(FIXTURES, name)) }));
/**
 * Number of offsets at which each recording is cut. The odd distance makes the offsets fall in different
 * kinds of output.
 */
const CUTS = 100;
/** Screens are compared at the next multiple of this offset after a cut. */
const CHECKPOINT = 700;

function screenOf(events: Partial<ScreenEvents> = {}) {
  const output = new Output();
  const quiet = { answer: () => undefined, parsed: () => undefined, fault: () => undefined };
  const options = { output, size: SIZE, scheduler: new RoundRobin(), events: { ...quiet, ...events } };
  // The clock does not advance, so a snapshot always parses all output.
  return { output, screen: new Screen({ ...options, clock: new SimClock() }) };
}

function terminalWith(...pieces: Uint8Array[]) {
  const terminal = headlessTerminal(SIZE);
  const core = new XtermCore(terminal);
  // Use the same limits as Screen, since digits in the random text may become the count of a repeating
  // sequence.
  limitEmulator(terminal, core);
  for (const piece of pieces) core.writeSync(piece);
  return terminal;
}

describe.each(recordings)('$name', ({ bytes }) => {
  const step = Math.floor(bytes.length / CUTS) | 1;

  test('cut anywhere: a snapshot and the output after it give the same screens as the whole output', () => {
    const original = headlessTerminal(SIZE);
    const checkpoints: { offset: number; should: ScreenDump }[] = [];
    for (let from = 0, to = 0; from < bytes.length; from = to) {
      to += wholeLength(bytes.subarray(from, from + CHECKPOINT));
      new XtermCore(original).writeSync(bytes.subarray(from, to));
      checkpoints.push({ offset: to, should: dump(original) });
    }
    const { output, screen } = screenOf();
    for (let cut = 0; cut < bytes.length; cut += step) {
      output.append(bytes.subarray(output.end, cut));
      const { bytes: drawn, at } = screen.snapshot();
      const next = checkpoints.find(({ offset }) => offset >= at)!;
      const copy = terminalWith(drawn, bytes.subarray(at, next.offset));
      expect({ cut, ...dump(copy) }).toEqual({ cut, ...next.should });
      copy.dispose();
    }
  });

  test('a snapshot shows the same screen as the original', () => {
    const { output, screen } = screenOf();
    const original = headlessTerminal(SIZE);
    let seen = 0;
    for (let cut = 0; cut <= bytes.length; cut += step) {
      output.append(bytes.subarray(output.end, cut));
      const { bytes: drawn, at } = screen.snapshot();
      new XtermCore(original).writeSync(bytes.subarray(seen, at));
      seen = at;
      const copy = terminalWith(drawn);
      expect({ cut, ...dump(copy) }).toEqual({ cut, ...dump(original) });
      copy.dispose();
    }
  });
});

describe('a flood of plain text, of which most is skipped', () => {
  const CONTROLS = ['\t', '\b', '\r', '\x07', '\r\n', '\n'];
  /** Lines of different lengths. About every seventh line contains control characters. */
  const plain = fc
    .array(fc.tuple(fc.nat(350), fc.nat(6), fc.constantFrom(...CONTROLS), fc.nat(9)), {
      minLength: 50,
      maxLength: 90,
    })
    .map((lines) => {
      const text = lines.map(([length, kind, control, digit]) => {
        const line = String(digit).repeat(length);
        return `${kind === 0 ? line.slice(0, length / 2) + control + line.slice(length / 2) : line}\r\n`;
      });
      return Array.from({ length: 12 }, (_, n) => `${n}${text.join('')}`).join('');
    });
  /**
   * Output before the large plain text: attributes, modes, saved cursors, the alternate buffer, scroll
   * regions, and unfinished sequences.
   */
  const before = fc.constantFrom(
    '',
    'half a line',
    '\x1b[31;44mred\x1b[5;5H\x1b7',
    '\x1b[?1049h',
    '\x1b[3;10r',
    '\x1b[?7l',
    '\x1b[4h',
    '\x1b(0',
    '\x1b[20h',
    '\x1b[3g\x1b[1;7H\x1bH',
    `${'x'.repeat(80)}`,
    '\x1b[3',
    '€',
  );

  test('leaves the same screen as if all of it were parsed', () => {
    fc.assert(
      fc.property(before, plain, fc.string({ maxLength: 300 }), (first, flood, last) => {
        const { output, screen } = screenOf();
        const bytes = Buffer.from(`${first}${flood}${last}`);
        output.append(bytes);
        const whole = bytes.subarray(0, wholeLength(bytes));
        const drawn = terminalWith(screen.snapshot().bytes);
        const original = terminalWith(whole);
        expect(dump(drawn)).toEqual(dump(original));
        for (const terminal of [drawn, original]) terminal.dispose();
      }),
      { numRuns: 20, endOnFailure: true, examples: [['\x1b[3', '9'.repeat(200_000), 'S']] },
    );
  });

  test('is parsed only in small part', () => {
    const { output, screen } = screenOf();
    const parsed = vi.spyOn(XtermCore.prototype, 'writeSync');
    output.append(Buffer.from('y\r\n'.repeat(300_000)));
    screen.snapshot();
    const bytes = parsed.mock.calls.reduce((sum, [piece]) => sum + piece.length, 0);
    parsed.mockRestore();
    expect(bytes).toBeLessThan(20_000);
  });
});

test('a new size applies from its offset on, even in the middle of a line', () => {
  const { output, screen } = screenOf();
  output.append(Buffer.from('x'.repeat(100)));
  output.whenClosed((offset) => screen.resizeAt(offset, { cols: 40, rows: 10 }));
  output.append(Buffer.from('y'.repeat(100)));
  const { bytes } = screen.snapshot();
  const original = terminalWith(Buffer.from('x'.repeat(100)));
  original.resize(40, 10);
  new XtermCore(original).writeSync(Buffer.from('y'.repeat(100)));
  const copy = headlessTerminal({ cols: 40, rows: 10 });
  new XtermCore(copy).writeSync(bytes);
  expect(dump(copy)).toEqual(dump(original));
});

test('whenClosed gives an offset that cuts no sequence and no character', () => {
  const { output } = screenOf();
  const places: number[] = [];
  output.append(Buffer.from('text\x1b[3'));
  output.whenClosed((offset) => places.push(offset));
  output.append(Buffer.from('1'));
  expect(places).toEqual([]);
  output.append(Buffer.from('mmore'));
  output.whenClosed((offset) => places.push(offset));
  expect(places).toEqual([9, 13]);
});

test('a sequence that is too long to be repeated is ignored to its end', () => {
  for (const [start, end] of [
    ['\x1b]52;c;', '\x07'],
    ['\x1bPq', '\x1b\\'],
    ['\x1b_', '\x1b\\'],
  ]) {
    const { output, screen } = screenOf();
    output.append(Buffer.from(`before${start}`));
    for (let i = 0; i < 50; i++) {
      output.append(Buffer.alloc(100_000, 'x'));
      screen.wake();
    }
    const copy = terminalWith(screen.snapshot().bytes, Buffer.from(`xxx${end}after`));
    expect(copy.buffer.active.getLine(0)?.translateToString(true)).toBe('beforeafter');
  }
});

test('control characters inside an unfinished sequence take effect once', () => {
  const { output, screen } = screenOf();
  output.append(Buffer.from('one\x1b[3\r\n1'));
  const copy = terminalWith(screen.snapshot().bytes, Buffer.from('mred'));
  output.append(Buffer.from('mred'));
  const again = terminalWith(screen.snapshot().bytes);
  expect(dump(copy)).toEqual(dump(again));
});

test('a snapshot sets the colours that a program set, and not those that it reset', () => {
  const { output, screen } = screenOf();
  output.append(Buffer.from('\x1b]4;1;#ff0000;2;rgb:00/ff/00\x07\x1b]11;#112233\x07\x1b]104;1\x07'));
  const text = Buffer.from(screen.snapshot().bytes).toString();
  expect(text).toContain('\x1b]4;2;rgb:00/ff/00\x07');
  expect(text).toContain('\x1b]11;rgb:11/22/33\x07');
  expect(text).not.toContain('\x1b]4;1;');
});

test('a title is truncated, and loses its control characters', () => {
  const { output, screen } = screenOf();
  output.append(Buffer.from(`\x1b]2;a\x7fb${'c'.repeat(500)}\x07`));
  screen.snapshot();
  expect(screen.title).toBe(`ab${'c'.repeat(198)}`);
});

test('queries in the output are answered', () => {
  const answers: string[] = [];
  const { output, screen } = screenOf({ answer: (bytes) => answers.push(Buffer.from(bytes).toString()) });
  output.append(Buffer.from('ab\x1b[6n\x1b[c'));
  screen.snapshot();
  expect(answers).toEqual(['\x1b[1;3R', '\x1b[?1;2c']);
});

test('the screen parses in the background, and reports progress', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { output, screen } = screenOf({ parsed: () => screen.unparsed === 0 && resolve() });
  output.append(Buffer.alloc(1_000_000, 'some text\r\n'));
  screen.wake();
  expect(screen.unparsed).toBe(1_000_000);
  await promise;
});
