/** Typing into a real browser on a real display: what arrives is exactly what was typed. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { RealDesktop } from '../testing/index.ts';
import { KEYS, SHIFT, TestPages, Typist } from './testing/index.ts';

/** Typed last in each test. All input is in order, so when this has arrived, everything has. */
const LAST = '¶';
const TITLE = 'typing';
const VALUE = 'document.querySelector("textarea")?.value';

let desktop: RealDesktop;
let pages: TestPages;
let typist: Typist;

beforeAll(async () => {
  desktop = await RealDesktop.start();
  pages = await TestPages.open(desktop);
  typist = await Typist.open(desktop);
});
afterAll(async () => {
  await desktop[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await open('/');
});

/** Opens a page. The text area has the focus then. */
async function open(path: string, read: (expression: string) => Promise<unknown> = (e) => pages.evaluate(e)) {
  await pages.evaluate('document.title = "old"');
  await pages.goto(path);
  await expect.poll(() => pages.evaluate('document.title')).toBe(TITLE);
  typist.click(300, 200);
  await expect.poll(() => read('document.hasFocus() && document.activeElement.localName')).toBe('textarea');
}

/** Resolves with what was typed, without the last character. */
async function typed(read: () => Promise<unknown> = () => pages.evaluate(VALUE)): Promise<string> {
  typist.text(LAST);
  await expect.poll(read).toContain(LAST);
  return String(await read()).replace(LAST, '');
}

test('a German keyboard with dead keys and AltGr', async () => {
  const text = 'Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich: äöüß€@{[]}\\^éêáÄÖÜ!"§/?=_';
  typist.type(text);
  expect(await typed()).toBe(text);
});

test('texts of an input method, and emoji of several characters', async () => {
  typist.type('a');
  typist.text('日本語');
  typist.type('ü');
  typist.text('👩‍👩‍👧');
  typist.type('b');
  expect(await typed()).toBe('a日本語ü👩‍👩‍👧b');
});

test('a phone’s keyboard that replaces words', async () => {
  for (const word of ['Hello', ' ', 'wrld']) typist.text(word);
  for (let i = 0; i < 4; i += 1) typist.press(KEYS.backspace);
  typist.text('world');
  typist.text(' 🎉');
  expect(await typed()).toBe('Hello world 🎉');
});

test('a selection by Shift and arrows is replaced', async () => {
  typist.type('abcdef');
  typist.key(KEYS.shift, true, SHIFT);
  for (let i = 0; i < 3; i += 1) typist.press(KEYS.left, SHIFT);
  typist.key(KEYS.shift, false);
  typist.type('X');
  expect(await typed()).toBe('abcX');
});
