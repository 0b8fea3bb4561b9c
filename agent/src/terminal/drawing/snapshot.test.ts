import fc from 'fast-check';
import { expect, test } from 'vitest';
import { headlessTerminal, XtermCore } from '../emulator/index.ts';
import { dump } from '../testing/index.ts';
import { snapshot } from './snapshot.ts';

const COLS = 12;
const ROWS = 5;

const small = fc.integer({ min: 0, max: COLS + 1 });
const text = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[ -~]{1,14}$/) },
  fc.constantFrom('世界', 'é', 'e\u0301', '🙂', '👍🏽', '—', 'ｆｕｌｌ', '👨‍👩‍👧'),
);
const control = fc.constantFrom(...'\r \n \b \t \x0b \x0e \x0f \r\n'.split(' '), '\r\n', '\r\n');
const sgr = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 107 }).map(String),
      fc.constantFrom(
        '4:3',
        '4:5',
        '38;5;3',
        '48;5;200',
        '38;2;1;2;3',
        '48;2;9;8;7',
        '58;5;9',
        '58;2;1;1;1',
        '59',
      ),
    ),
    { maxLength: 3 },
  )
  .map((codes) => `\x1b[${codes.join(';')}m`);
const csi = fc
  .tuple(fc.array(small, { maxLength: 2 }), fc.constantFrom(...'ABCDEFGHIJKLMPSTXZ`abdefgrsu@'))
  .map(([params, final]) => `\x1b[${params.join(';')}${final}`);
const modes = fc
  .tuple(
    fc.constantFrom(
      '1',
      '6',
      '9',
      '12',
      '25',
      '45',
      '47',
      '66',
      '1000',
      '1002',
      '1003',
      '1004',
      '1006',
      '1016',
    ),
    fc.constantFrom('h', 'l'),
  )
  .map(([mode, set]) => `\x1b[?${mode}${set}`);
const more = fc.constantFrom(
  '\x1b[?1047h',
  '\x1b[?1047l',
  '\x1b[?1049h',
  '\x1b[?1049l',
  '\x1b[?1048h',
  '\x1b[?1048l',
  '\x1b[?2004h',
  '\x1b[?2026h',
  '\x1b[4h',
  '\x1b[4l',
  '\x1b[20h',
  '\x1b[20l',
  '\x1b[3 q',
  '\x1b[0 q',
  '\x1b[6 q',
  '\x1b[1"q',
  '\x1b[0"q',
  '\x1b(0',
  '\x1b)0',
  '\x1b(B',
  '\x1b*A',
  '\x1bn',
  '\x1b(K',
  '\x1b7',
  '\x1b8',
  '\x1b7',
  '\x1b8',
  '\x1bD',
  '\x1bE',
  '\x1bM',
  '\x1bH',
  '\x1b#8',
  '\x1b=',
  '\x1b>',
  '\x1bc',
  '\x1b[!p',
  '\x1b[3g',
  '\x1b[?J',
  '\x1b[?1K',
  '\x1b[2 @',
  '\x1b[2 A',
  "\x1b[2'}",
  "\x1b[1'~",
  '\x1b]0;title\x07',
  '\x1b]8;;http://x.y/z\x07link\x1b]8;;\x07',
  '\x1b]8;id=a;http://q\x07wrapped link\x1b]8;;\x07',
);
const stream = fc
  .array(fc.oneof({ weight: 5, arbitrary: text }, control, sgr, csi, modes, more), { maxLength: 40 })
  .map((parts) => parts.join(''));

function terminal() {
  return headlessTerminal({ cols: COLS, rows: ROWS }, 30);
}

function write(to: ReturnType<typeof terminal>, data: string | Uint8Array) {
  new XtermCore(to).writeSync(Buffer.from(data));
}

test('a snapshot brings another terminal into the same state, cell by cell', () => {
  fc.assert(
    fc.property(stream, (before) => {
      const [original, copy] = [terminal(), terminal()];
      write(original, before);
      write(copy, snapshot(new XtermCore(original), 30));
      const [is, should] = [dump(copy), dump(original)];
      original.dispose();
      copy.dispose();
      expect(is).toEqual({ ...should, title: is.title });
    }),
    { numRuns: 600 },
  );
});

test('what comes after a snapshot has the same effect as without one', () => {
  fc.assert(
    fc.property(stream, stream, (before, after) => {
      const [original, copy] = [terminal(), terminal()];
      write(original, before);
      write(copy, snapshot(new XtermCore(original), 30));
      write(original, after);
      write(copy, after);
      const [is, should] = [dump(copy, ROWS), dump(original, ROWS)];
      original.dispose();
      copy.dispose();
      expect(is).toEqual({ ...should, title: is.title });
    }),
    { numRuns: 600 },
  );
});
