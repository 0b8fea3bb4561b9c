/** Types into a real browser on a real display. The text that arrives must be exactly the text that was typed. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { RealDesktop } from '../testing/index.ts';
import { KEYS, Mix, ORIGIN, SHIFT, TestPages, Typist } from './testing/index.ts';

/** The last character of each test. Input stays in order, so when it has arrived, everything has. */
const LAST = '¶';
/** Number of random mixes. The environment variable sets it for longer runs. */
const MIXES = Number(process.env.UNICORE_TYPING_MIXES ?? 6);
const STEPS = 60;
/** Time limit of one mix, ms. Enough for a busy machine. */
const MIX_MS = 50_000;
const CLICKS = 10;
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

/** Opens a page whose text area has the focus. */
async function open(path: string, read: (expression: string) => Promise<unknown> = (e) => pages.evaluate(e)) {
  await pages.evaluate('document.title = "old"');
  await pages.goto(path);
  await expect.poll(() => pages.evaluate('document.title')).toBe(TITLE);
  await expect.poll(() => read('performance.getEntriesByType("paint").length')).toBeGreaterThan(0);
  typist.click(300, 200);
  await expect.poll(() => read('document.hasFocus() && document.activeElement.localName')).toBe('textarea');
}

/** Waits for the last character, and resolves with the text before it. */
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
  typist.text('مرحبا');
  typist.type('b');
  expect(await typed()).toBe('a日本語ü👩‍👩‍👧مرحباb');
});

test('a phone’s keyboard that replaces words', async () => {
  for (const word of ['Hello', ' ', 'wrld']) typist.text(word);
  for (let i = 0; i < 4; i += 1) typist.press(KEYS.backspace);
  typist.text('world');
  typist.text(' 🎉');
  expect(await typed()).toBe('Hello world 🎉');
});

test('shortcuts in between', async () => {
  typist.type('one two');
  typist.ctrl('a');
  typist.ctrl('c');
  typist.press(KEYS.end);
  typist.type('-');
  typist.ctrl('v');
  typist.ctrl(KEYS.left);
  typist.type('ä');
  typist.press(KEYS.home);
  typist.text('日');
  typist.press(KEYS.end);
  typist.press(KEYS.enter);
  typist.type('Ü');
  expect(await typed()).toBe('日one two-one ätwo\nÜ');
});

test('a selection by Shift and arrows is replaced', async () => {
  typist.type('abcdef');
  typist.key(KEYS.shift, true, SHIFT);
  for (let i = 0; i < 3; i += 1) typist.press(KEYS.left, SHIFT);
  typist.key(KEYS.shift, false);
  typist.type('X');
  expect(await typed()).toBe('abcX');
});

test('keys after a click go where the click was', async () => {
  typist.type('abcdef');
  const top = Number(await pages.evaluate('outerHeight - innerHeight')) + 20;
  for (let i = 0; i < CLICKS; i += 1) {
    typist.click(12, top);
    typist.type('<');
    typist.click(500, top);
    typist.type('>');
  }
  expect(await typed()).toBe(`${'<'.repeat(CLICKS)}abcdef${'>'.repeat(CLICKS)}`);
});

test('a key that is held repeats as often as the viewer says', async () => {
  typist.type('abcde');
  for (const repeat of [false, true, true]) typist.key(KEYS.left, true, 0, repeat);
  typist.key(KEYS.left, false);
  typist.type('X');
  expect(await typed()).toBe('abXcde');
});

test('the address bar gets what is typed after Ctrl+L, and the page what is typed after Enter', async () => {
  typist.type('before');
  typist.ctrl('l');
  typist.type(`${ORIGIN}/#äöüß€@{}^é`);
  typist.text('日本語👩‍👩‍👧');
  typist.press(KEYS.enter);
  await expect.poll(() => pages.evaluate('decodeURIComponent(location.hash)')).not.toBe('');
  expect(await pages.evaluate('decodeURIComponent(location.hash)')).toBe('#äöüß€@{}^é日本語👩‍👩‍👧');
  expect(await typed()).toBe('before');
});

test('a frame of another origin', async () => {
  const inFrame = (expression: string) => pages.inFrame(expression);
  await open('/outer', inFrame);
  typist.type('Äpfel');
  typist.text('日本語');
  typist.ctrl('a');
  typist.ctrl('c');
  typist.press(KEYS.end);
  typist.ctrl('v');
  typist.type('é');
  expect(await typed(() => inFrame(VALUE))).toBe('Äpfel日本語Äpfel日本語é');
});

test('random mixes of letters, dead keys, composed texts, shortcuts and addresses arrive exactly', {
  timeout: MIXES * MIX_MS,
}, async () => {
  const wrong: string[] = [];
  for (let seed = 1; seed <= MIXES; seed += 1) {
    await open('/');
    const mix = new Mix(typist, seed);
    mix.run(STEPS);
    mix.visit(ORIGIN, `n${seed}`);
    mix.run(STEPS / 2);
    const value = await typed();
    const hash = await pages.evaluate('decodeURIComponent(location.hash)');
    if (value !== mix.value) wrong.push(`${seed}: ${JSON.stringify({ value, expected: mix.value })}`);
    if (hash !== mix.hash) wrong.push(`${seed}: ${JSON.stringify({ hash, expected: mix.hash })}`);
  }
  expect(wrong).toEqual([]);
});
