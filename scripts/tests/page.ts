/** UniCore's page in a real browser, as a person sees it. */
import type { Page } from 'playwright-core';
import { readScreen, type Screen, textOf } from './screen.ts';

/** The page keeps each xterm on the element that shows it. */
const XTERM = "document.querySelector('[data-terminal-id]').xterm";

/** The first machine of this user, by the page's own buttons; resolves when its terminal shows a prompt. */
export async function createMachine(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Create a machine|New machine/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Create machine' }).click();
  await untilText(page, /[$#] ?$/m);
}

/** Types with the keyboard, into whatever has the focus: the terminal, once it is open. */
export async function type(page: Page, text: string): Promise<void> {
  await page.keyboard.type(text);
}

export function screenOf(page: Page): Promise<Screen> {
  return page.evaluate<Screen>(`(${readScreen})(${XTERM})`);
}

export async function untilText(page: Page, what: RegExp): Promise<void> {
  await page.waitForFunction(
    `(() => { const it = ${XTERM.replace(').xterm', ')?.xterm')}; return it && ${what}.test((${textOf})(it)); })()`,
  );
}

/** The state of the line, as the status line has it: connected, reconnecting, provider-offline, … */
export async function untilLine(page: Page, status: string): Promise<void> {
  await page.waitForSelector(`[data-line="${status}"]`);
}

/** What the browser complains about: console errors and uncaught ones. */
export function complaints(page: Page): string[] {
  const found: string[] = [];
  page.on('console', (message) => message.type() === 'error' && found.push(message.text()));
  page.on('pageerror', (error) => found.push(String(error)));
  return found;
}
