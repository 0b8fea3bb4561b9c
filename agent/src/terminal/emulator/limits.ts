/**
 * Limits what output can do to the emulator. Without limits, malicious output could freeze the process or
 * fill its memory, and the process also holds terminals of other people. xterm repeats an operation as often
 * as a sequence demands, and keeps every link, title and combining character.
 */
import type { Terminal } from '@xterm/headless';
import type { LoopingCsi, XtermCore } from './xterm-core.ts';

/** Largest number of links that a terminal keeps. */
const MAX_LINKS = 4_096;
/** Longest link or title, in characters. */
const MAX_STRING = 4_096;
/** Largest number of combining characters in one cell. The longest emoji have 10. */
export const MAX_JOINED = 20;

/**
 * Properties of a character in xterm. Bit 0 means that the character joins the previous one. Bits 1 and 2 are
 * its width.
 */
const JOINS = 1;
const WIDTH_AND_JOIN = 7;
const COUNT_SHIFT = 3;
/** Properties of a character that gets its own cell and is one column wide. */
const ALONE = 2;

/**
 * Final bytes of sequences that insert, delete or scroll lines. A count above the screen's height has the
 * same effect as a count equal to the height.
 */
const LINE_LOOPS: LoopingCsi[] = ['L', 'M', 'S', 'T'];
/** Final bytes of sequences that move by tab stops or repeat a character. */
const COLUMN_LOOPS: LoopingCsi[] = ['I', 'Z', 'b'];

export function limitEmulator(terminal: Terminal, core: XtermCore): void {
  for (const final of LINE_LOOPS) limitCount(terminal, core, final, () => terminal.rows);
  for (const final of COLUMN_LOOPS) limitCount(terminal, core, final, () => 2 * terminal.cols);
  // A handler that returns true has handled the sequence. Then xterm ignores the sequence.
  terminal.parser.registerOscHandler(8, (link) => {
    const ends = link.endsWith(';');
    return !ends && (link.length > MAX_STRING || core.links >= MAX_LINKS);
  });
  for (const title of [0, 1, 2])
    terminal.parser.registerOscHandler(title, (text) => text.length > MAX_STRING);
}

function limitCount(terminal: Terminal, core: XtermCore, final: LoopingCsi, most: () => number): void {
  terminal.parser.registerCsiHandler({ final }, ([count]) => {
    if (typeof count !== 'number' || count <= most()) return false;
    core.loop(final, most());
    return true;
  });
}

/**
 * Limits the combining characters in a cell. Changes `provider`, which tells xterm the properties of each
 * character. The number of combining characters so far is stored in unused bits of the properties.
 */
export function limitJoins<T extends { charProperties(code: number, preceding: number): number }>(
  provider: T,
): T {
  const plain = provider.charProperties.bind(provider);
  provider.charProperties = (code, preceding) => {
    const properties = plain(code, preceding & WIDTH_AND_JOIN);
    if ((properties & JOINS) === 0) return properties;
    const joined = (preceding >> COUNT_SHIFT) + 1;
    return joined > MAX_JOINED ? ALONE : properties | (joined << COUNT_SHIFT);
  };
  return provider;
}
