/**
 * Colours that programs set (OSC 4, 10, 11, 12). xterm passes these colours to its renderer, but does not
 * keep them.
 */
import { COLOR_RESTORE, COLOR_SET, type ColorChange } from './xterm-core.ts';

/** OSC numbers of the colours for text, background and cursor. The key is xterm's colour index. */
const SPECIAL = new Map([
  [256, 10],
  [257, 11],
  [258, 12],
]);
/** Resets all colours to the colours of the viewer's own terminal. */
const RESET = '\x1b]104\x07\x1b]110\x07\x1b]111\x07\x1b]112\x07';

export class Palette {
  readonly #colors = new Map<number, string>();

  apply(changes: ColorChange[]): void {
    for (const { type, index, color } of changes) {
      if (type === COLOR_SET && index !== undefined && color) this.#colors.set(index, spec(color));
      else if (type === COLOR_RESTORE) this.#restore(index);
    }
  }

  /** Returns sequences that give a viewer's terminal exactly these colours. */
  restored(): string {
    const set = [...this.#colors].map(([index, color]) => {
      const special = SPECIAL.get(index);
      return special === undefined ? `\x1b]4;${index};${color}\x07` : `\x1b]${special};${color}\x07`;
    });
    return RESET + set.join('');
  }

  #restore(index: number | undefined): void {
    if (index !== undefined) this.#colors.delete(index);
    else for (const known of this.#colors.keys()) if (!SPECIAL.has(known)) this.#colors.delete(known);
  }
}

function spec(color: [number, number, number]): string {
  return `rgb:${color.map((part) => part.toString(16).padStart(2, '0')).join('/')}`;
}
