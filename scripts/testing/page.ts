/** Controls UniCore's page in a real browser, as a person would. */
import type { Page } from 'playwright-core';
import { readScreen, type Screen, textOf } from './screen.ts';

/**
 * Selector of the visible terminal. The page stores each xterm object on the element that shows the terminal.
 */
const FRONT = '[role="tabpanel"]:not([hidden]) [data-terminal-id]';
const XTERM = `document.querySelector('${FRONT}').xterm`;

/** Time limit in ms that only detects hangs. */
const TEXT_LIMIT_MS = 60_000;

/**
 * Creates the user's first machine with the page's buttons. Resolves when the machine's terminal shows a
 * prompt.
 */
export async function createMachine(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Create a machine|New machine/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Create machine' }).click();
  await untilText(page, /[$#] ?$/m);
}

/** Types on the keyboard into the focused element, which is the terminal once it is open. */
export async function type(page: Page, text: string): Promise<void> {
  await page.keyboard.type(text);
}

export function screenOf(page: Page): Promise<Screen> {
  return page.evaluate<Screen>(`(${readScreen})(${XTERM})`);
}

/** Opens another terminal of the open machine. Resolves when the terminal shows a prompt. */
export async function openTerminal(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'New terminal' }).click();
  await untilText(page, /[$#] ?$/m);
}

/** Resolves when the terminal shows this text. The text is checked after each write to the terminal. */
export async function untilText(page: Page, what: RegExp): Promise<void> {
  await page.waitForSelector(FRONT);
  // Playwright's own waitForFunction needs eval, which the page's security policy forbids.
  await page.evaluate(`new Promise((resolve, reject) => {
    const terminal = ${XTERM};
    const text = () => (${textOf})(terminal);
    const look = () => ${what}.test(text()) && resolve();
    terminal.onWriteParsed(look);
    look();
    setTimeout(() => reject(new Error('The page never showed ' + ${JSON.stringify(String(what))} + '. It shows:\\n' + text())), ${TEXT_LIMIT_MS});
  })`);
}

/** Resolves when the status line shows this status, such as connected, reconnecting or provider-offline. */
export async function untilLine(page: Page, status: string): Promise<void> {
  await page.waitForSelector(`[data-line="${status}"]`);
}

/** Collects the page's errors: console errors and uncaught exceptions. */
export function complaints(page: Page): string[] {
  const found: string[] = [];
  page.on('console', (message) => message.type() === 'error' && found.push(message.text()));
  page.on('pageerror', (error) => found.push(String(error)));
  return found;
}
