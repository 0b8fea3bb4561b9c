/**
 * Keeps output from freezing or filling this process, which holds other people's terminals too: xterm loops as often as
 * a number in a sequence says, and keeps every link, title and combining character that it is given.
 */
import type { Terminal } from '@xterm/headless';
import type { LoopingCsi, XtermCore } from './xterm-core.ts';

/** Links that lines may refer to. */
const MAX_LINKS = 4_096;
/** Characters of a link's or a title's sequence. */
const MAX_STRING = 4_096;
/** Combining characters in one cell; the longest emoji have 10. */
export const MAX_JOINED = 20;

/** Of a character's properties in xterm: bit 0, whether it joins the one before; bits 1 and 2, its width. */
const JOINS = 1;
const WIDTH_AND_JOIN = 7;
const COUNT_SHIFT = 3;
/** A cell of its own, one column wide. */
const ALONE = 2;

/** Lines inserted, deleted and scrolled: more than the screen has is as good as all of it. */
const LINE_LOOPS: LoopingCsi[] = ['L', 'M', 'S', 'T'];
/** Tab stops and repetitions. */
const COLUMN_LOOPS: LoopingCsi[] = ['I', 'Z', 'b'];

export function limitEmulator(terminal: Terminal, core: XtermCore): void {
  for (const final of LINE_LOOPS) limitCount(terminal, core, final, () => terminal.rows);
  for (const final of COLUMN_LOOPS) limitCount(terminal, core, final, () => 2 * terminal.cols);
  // true: handled, nothing more is done with it.
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

/** Counts the characters that join one cell, in bits that the plain provider leaves at zero. */
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
