/**
 * Names of xterm's character sets. xterm keeps only the map of each set, as one shared object. So this module
 * selects each set once in a terminal, and remembers which map belongs to which name.
 */
import { headlessTerminal } from './headless.ts';
import { type Charset, XtermCore } from './xterm-core.ts';

/** Final bytes of the escape sequences that select a character set. The final byte for ASCII is B. */
const FINALS = '0A4C5RfQK9EY`6=HZ7'.split('');
export const ASCII = 'B';

let names: Map<Charset, string> | undefined;

/** Returns the final byte of the sequence `ESC ( …` that selects this character set. */
export function charsetName(charset: Charset): string {
  names ??= learnNames();
  return names.get(charset) ?? ASCII;
}

function learnNames(): Map<Charset, string> {
  const terminal = headlessTerminal({ cols: 2, rows: 1 });
  const core = new XtermCore(terminal);
  const found = new Map<Charset, string>([[undefined, ASCII]]);
  for (const final of FINALS) {
    core.writeSync(Buffer.from(`\x1b(${final}`));
    const charset = core.charsets.designated[0];
    if (!found.has(charset)) found.set(charset, final);
  }
  terminal.dispose();
  return found;
}
