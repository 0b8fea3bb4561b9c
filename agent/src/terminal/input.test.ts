/** Tests which input counts as typed, and which input is a report of the terminal. */
import { expect, test } from 'vitest';
import { headlessTerminal, XtermCore } from './emulator/index.ts';
import { readInput } from './input.ts';

const read = (text: string) => {
  const { typed, withoutReports } = readInput(Buffer.from(text));
  return { typed, left: Buffer.from(withoutReports).toString() };
};

test("xterm's own answers are reports", () => {
  const questions = [
    ...[
      '\x1b[c',
      '\x1b[>c',
      '\x1b[5n',
      '\x1b[6n',
      '\x1b[?6n',
      '\x1b[4$p',
      '\x1b[?2004$p',
      '\x1bP$qr\x1b\\',
      '\x1bP$q q\x1b\\',
    ],
  ];
  const terminal = headlessTerminal({ cols: 80, rows: 24 });
  const answers: string[] = [];
  terminal.onData((answer) => answers.push(answer));
  for (const question of questions) new XtermCore(terminal).writeSync(Buffer.from(question));
  expect(answers).toHaveLength(questions.length);
  for (const answer of answers) expect([answer, read(answer)]).toEqual([answer, { typed: false, left: '' }]);
});

test('answers about colours, titles and focus are reports too', () => {
  for (const answer of [
    '\x1b]10;rgb:ffff/ffff/ffff\x1b\\',
    '\x1b]11;rgb:0000/0000/0000\x07',
    '\x1b]4;1;rgb:aaaa/0000/0000\x1b\\',
    '\x1b]ltitle\x1b\\',
    '\x1b[8;24;80t',
    '\x1bP>|xterm.js(6.0.0)\x1b\\',
    '\x1b[I',
    '\x1b[O',
  ]) {
    expect([answer, read(answer)]).toEqual([answer, { typed: false, left: '' }]);
  }
});

test('keys count as typed, in all their encodings', () => {
  for (const key of [
    'a',
    '\r',
    '\x03',
    '\x1b',
    '\x1b[A',
    '\x1bOP',
    '\x1b[1;5C',
    '\x1b[15~',
    '\x1bx',
    '世',
    '\x1b[200~p\x1b[201~',
  ]) {
    expect([key, read(key)]).toEqual([key, { typed: true, left: key }]);
  }
});

test('mouse events reach the program, but do not count as typing', () => {
  for (const report of ['\x1b[<35;10;5M', '\x1b[<0;1;1m', '\x1b[M !!', '\x1b[32;10;5M']) {
    expect([report, read(report)]).toEqual([report, { typed: false, left: report }]);
  }
});

test('keys in the same message as a report are kept', () => {
  expect(read('ab\x1b[?1;2ccd\x1b[0n')).toEqual({ typed: true, left: 'abcd' });
});

test('bytes that are not text pass unchanged', () => {
  const bytes = Uint8Array.from([0x1b, 0x5b, 0x49, 0xff, 0x80, 0x00]);
  expect([...readInput(bytes).withoutReports]).toEqual([0xff, 0x80, 0x00]);
});
