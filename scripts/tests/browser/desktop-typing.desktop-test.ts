/**
 * What people type and copy on the page arrives in a real desktop exactly: keyboards with dead keys, input methods, soft
 * keyboards, shortcuts and the clipboard.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import type { UniCore } from '@unicore/client/sdk';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../../testing/chromium.ts';
import { DesktopKeyboard } from '../../testing/desktop-keyboard.ts';
import { DesktopPage } from '../../testing/desktop-page.ts';
import { endDesktop } from '../../testing/desktops.ts';
import { randomSeed, seedOf } from '../../testing/seed.ts';
import { startWorld, type World } from '../../testing/world.ts';

const SAMPLE = '日本語 ü 👩‍👩‍👧';
const FIELD = '<textarea id=t style="width:90vw;height:60vh"></textarea>';
const VALUE = `document.querySelector('textarea').value`;
/** Number of random mixes. A longer run sets it by the environment. */
const MIXES = Number(process.env.UNICORE_TYPING_MIXES ?? 30);
/** One mix takes no longer, even on a busy machine, ms. */
const MIX_MS = 60_000;

let world: World;
let owner: UniCore;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let desktop: DesktopPage;
let keyboard: DesktopKeyboard;

beforeAll(async () => {
  world = await startWorld();
  owner = await world.owner();
  const { name } = await world.app.auth.owner('owner');
  browser = await launchChromium();
  const permissions = ['clipboard-read', 'clipboard-write'];
  context = await browser.newContext({ viewport: { width: 1100, height: 760 }, permissions });
  page = await context.newPage();
  await page.goto(await world.link(name));
  desktop = await DesktopPage.create(page, owner);
  keyboard = await DesktopKeyboard.of(page);
});

afterAll(async () => {
  await desktop?.leave();
  await browser?.close();
  if (desktop) await endDesktop(owner, desktop.sessionId);
  await world?.close();
});

/** Opens a page with an empty text field that has the focus. */
async function openField(): Promise<void> {
  await desktop.visit(`field ${Math.random()}`, FIELD);
  await desktop.clickOn('#t');
}

/** Empties the field by keys. */
async function empty(): Promise<void> {
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
}

test('a German keyboard types umlauts, dead keys and AltGr', async () => {
  await openField();
  await keyboard.german('Über é à â naïve {x@y} 5 € ~ straße');
  await desktop.until(VALUE, 'Über é à â naïve {x@y} 5 € ~ straße');
});

test('an input method types what it has composed, and none of its steps', async () => {
  await empty();
  await keyboard.compose(['に', 'にほ', 'にほん', '日本'], '日本');
  await keyboard.compose(['g', 'go', '語'], '語');
  await page.keyboard.type(' ok ');
  await keyboard.compose(['한'], '한');
  await desktop.until(VALUE, '日本語 ok 한');
});

test('a soft keyboard that corrects a word leaves the corrected one', async () => {
  await empty();
  await keyboard.corrected('teh', 'the');
  await page.keyboard.insertText(' ');
  await keyboard.corrected('wrold', 'world');
  await desktop.until(VALUE, 'the world');
});

test('the address bar takes umlauts, dead keys and composed text', async () => {
  await page.keyboard.press('Control+l');
  await page.keyboard.type('data:text/html;charset=utf-8,<title>');
  await keyboard.german('Größe é @');
  await keyboard.compose(['に', '日本'], '日本');
  await page.keyboard.type('</title>');
  await page.keyboard.press('Enter');
  await desktop.until('document.title', 'Größe é @日本');
});

test('the clipboard is off until it is allowed, in each direction', async () => {
  await openField();
  await page.keyboard.type('its ');
  for (const key of ['a', 'x']) await page.keyboard.press(`Control+${key}`);
  await page.evaluate(() => navigator.clipboard.writeText('secret of this device'));
  await page.keyboard.press('Control+v');
  await page.keyboard.type('own text');
  await desktop.until(VALUE, 'its own text');
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Control+c');
  await page.keyboard.press('End');
  await page.keyboard.press('Control+v');
  await desktop.until(VALUE, 'its own textits own text');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('secret of this device');
});

test('a copied text goes out and in byte for byte', async () => {
  await page.getByRole('button', { name: 'Clipboard' }).click();
  await page.getByRole('checkbox', { name: /Paste into the desktop/ }).check();
  await page.getByRole('checkbox', { name: /Copy out of the desktop/ }).check();
  await page.waitForSelector('[role="dialog"] [aria-busy="false"]');
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.activeElement?.localName === 'textarea');
  await empty();
  await desktop.until(VALUE, '');
  await page.evaluate((text) => navigator.clipboard.writeText(text), SAMPLE);
  await page.keyboard.press('Control+v');
  await desktop.until(VALUE, SAMPLE);
  await page.evaluate(() => navigator.clipboard.writeText('something else'));
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Control+c');
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(SAMPLE);
});

test('each paste is of the newest text, and one that is too large pastes nothing', async () => {
  await empty();
  for (const text of ['one ', 'two ', 'three ']) {
    await page.evaluate((newest) => navigator.clipboard.writeText(newest), text);
    await page.keyboard.press('Control+v');
  }
  await desktop.until(VALUE, 'one two three ');
  await page.evaluate(() => navigator.clipboard.writeText('x'.repeat(1024 * 1024 + 1)));
  await page.keyboard.press('Control+v');
  await page.getByText(/larger than 1 MiB/).waitFor();
  await page.keyboard.type('end');
  await desktop.until(VALUE, 'one two three end');
});

test('a text that is cut in the desktop is pasted there, not an older one of this device', async () => {
  await empty();
  let text = '';
  for (const older of ['older', 'x'.repeat(1024 * 1024 + 1)]) {
    await copyHere(older);
    await page.keyboard.type('newest ');
    text += 'newest ';
    for (const key of ['a', 'x', 'v']) await page.keyboard.press(`Control+${key}`);
    await desktop.until(VALUE, text);
    await expect.poll(copiedHere).toBe(text);
  }
});

test(`${MIXES} mixes of letters, dead keys, composed text, shortcuts and copied texts are exact while all cores are busy`, {
  timeout: MIXES * MIX_MS,
}, async () => {
  const seed = randomSeed();
  const busy = Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, ['-e', 'for(;;);']),
  );
  try {
    await openField();
    for (let mix = 0; mix < MIXES; mix++) {
      const expected = await typeMix(numbersOf(seedOf(seed, mix)));
      await expect
        .poll(async () => (await desktop.tab()).evaluate(VALUE), { message: `mix ${mix} of seed ${seed}` })
        .toBe(expected);
    }
  } finally {
    for (const child of busy) await ended(child);
  }
});

/** Copies a text on this device, as another program would. */
async function copyHere(text: string): Promise<void> {
  await page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
}

function copiedHere(): Promise<string> {
  return page.evaluate(() => navigator.clipboard.readText());
}

/** Types some parts of different kinds, and returns what they make. */
async function typeMix(upTo: (most: number) => number): Promise<string> {
  const letters = (count: number): string =>
    Array.from({ length: count }, () => String.fromCharCode(97 + upTo(26))).join('');
  let text = '';
  let cut: string | undefined;
  /** People copy on this device when the last text of the desktop has arrived there. */
  const copyNext = async (next: string): Promise<void> => {
    if (cut !== undefined) await expect.poll(copiedHere).toBe(cut);
    cut = undefined;
    await copyHere(next);
  };
  await empty();
  for (let part = 2 + upTo(4); part > 0; part--) {
    switch (upTo(6)) {
      case 0: {
        const composed = ['é', 'à', 'ô', '@', '€'][upTo(5)]!;
        await keyboard.german(composed);
        text += composed;
        break;
      }
      case 1: {
        const composed = ['日本', '語', '한국', '👩‍👩‍👧'][upTo(4)]!;
        await keyboard.compose([composed], composed);
        text += composed;
        break;
      }
      case 2: {
        // To cut everything and paste it leaves the text as it is. An empty text is not cut.
        if (text === '') break;
        await copyNext(letters(8));
        for (const key of ['a', 'x', 'v']) await page.keyboard.press(`Control+${key}`);
        cut = text;
        break;
      }
      case 3: {
        await page.keyboard.press('Backspace');
        text = [...new Intl.Segmenter().segment(text)]
          .slice(0, -1)
          .map(({ segment }) => segment)
          .join('');
        break;
      }
      case 4: {
        const copied = letters(8);
        await copyNext(copied);
        await page.keyboard.press('Control+v');
        text += copied;
        break;
      }
      default: {
        const some = letters(1 + upTo(6));
        await page.keyboard.type(some);
        text += some;
      }
    }
  }
  if (cut !== undefined) await expect.poll(copiedHere).toBe(cut);
  return text;
}

/** Returns a function that gives numbers from 0 to below `most`, which follow from the seed. */
function numbersOf(seed: number): (most: number) => number {
  let count = 0;
  return (most) => (seedOf(seed, count++) >>> 0) % most;
}

async function ended(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
