/** Random mixes of what people do while they type, and the text that must be the result. */
import { KEYS, type Press } from './keyboard.ts';
import type { Typist } from './typist.ts';

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz äöüßAZÄÜ.,-#€@{}^éêâ019'];
/**
 * Texts to type. None is written from right to left, because there the key Home moves to the other side of the
 * screen.
 */
const TEXTS = ['日本語', '한국어', 'नमस्ते', '👩‍👩‍👧', '🎉', 'naïve', 'Straße'];
/** Matches texts that end with a letter which Backspace and the arrow keys treat as one character. */
const SIMPLE = /[a-z]$/;

export class Mix {
  /** The expected content of the text area. */
  value = '';
  /** The text that was typed into the address bar. */
  hash: string | undefined;
  #caret = 0;
  #clipboard = '';
  readonly #typist: Typist;
  readonly #random: () => number;

  constructor(typist: Typist, seed: number) {
    this.#typist = typist;
    this.#random = generator(seed);
  }

  /** Types this many random steps without a pause. */
  run(steps: number): void {
    for (let i = 0; i < steps; i += 1) this.#step();
  }

  /** Types an address that differs from the page's address only after the `#`, and returns to the page. */
  visit(origin: string, nonce: string): void {
    const text = `${nonce}-${Array.from({ length: 6 }, () => this.#pick(LETTERS.filter((l) => l !== ' '))).join('')}`;
    const composed = this.#pick(TEXTS);
    this.#typist.ctrl('l');
    this.#typist.type(`${origin}/#${text}`);
    this.#typist.text(composed);
    this.#typist.press(KEYS.enter);
    this.hash = `#${text}${composed}`;
  }

  #step(): void {
    const dice = this.#random();
    if (dice < 0.55) this.#type(this.#pick(LETTERS));
    else if (dice < 0.7) this.#compose(this.#pick(TEXTS));
    else if (dice < 0.76) this.#move(KEYS.home, 0);
    else if (dice < 0.82) this.#move(KEYS.end, this.value.length);
    else if (dice < 0.88) this.#backspace();
    else if (dice < 0.92) this.#left();
    else if (dice < 0.96) this.#paste();
    else this.#copyAll();
  }

  #type(letter: string): void {
    this.#typist.type(letter);
    this.#insert(letter);
  }

  #compose(text: string): void {
    this.#typist.text(text);
    this.#insert(text);
  }

  #move(key: Press, caret: number): void {
    this.#typist.press(key);
    this.#caret = caret;
  }

  #backspace(): void {
    if (!SIMPLE.test(this.value.slice(0, this.#caret))) return;
    this.#typist.press(KEYS.backspace);
    this.value = this.value.slice(0, this.#caret - 1) + this.value.slice(this.#caret);
    this.#caret -= 1;
  }

  #left(): void {
    if (!SIMPLE.test(this.value.slice(0, this.#caret))) return;
    this.#typist.press(KEYS.left);
    this.#caret -= 1;
  }

  #copyAll(): void {
    if (this.value === '' || this.value.length > 200) return;
    this.#typist.ctrl('a');
    this.#typist.ctrl('c');
    this.#clipboard = this.value;
    this.#move(KEYS.end, this.value.length);
  }

  #paste(): void {
    if (this.#clipboard === '' || this.value.length > 200) return;
    this.#typist.ctrl('v');
    this.#insert(this.#clipboard);
  }

  #insert(text: string): void {
    this.value = this.value.slice(0, this.#caret) + text + this.value.slice(this.#caret);
    this.#caret += text.length;
  }

  #pick(list: readonly string[]): string {
    return list[Math.floor(this.#random() * list.length)]!;
  }
}

/** Returns a generator of numbers from 0 to 1 that depend only on the seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
