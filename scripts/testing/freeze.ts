/** Freezes the pages of a real browser, as a laptop does that sleeps: none of their code runs, and nothing tells them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';

const BEAT_MS = 100;

/** Freezes all pages of the browser while `work` runs, for `ms` at least. Returns how long this page stood still, ms. */
export async function freeze(
  browser: Browser,
  page: Page,
  ms: number,
  work: () => Promise<void>,
): Promise<number> {
  await page.evaluate((every) => {
    const beats = [Date.now()];
    setInterval(() => beats.push(Date.now()), every);
    Object.assign(window, { beats });
  }, BEAT_MS);
  const renderers = await renderersOf(browser);
  for (const pid of renderers) process.kill(pid, 'SIGSTOP');
  try {
    await Promise.all([work(), sleep(ms)]);
  } finally {
    for (const pid of renderers) process.kill(pid, 'SIGCONT');
  }
  return page.evaluate(async (every) => {
    await new Promise((beat) => setTimeout(beat, 2 * every));
    const { beats } = window as unknown as { beats: number[] };
    return Math.max(...beats.map((at, i) => at - (beats[i - 1] ?? at)));
  }, BEAT_MS);
}

/** The processes that run the pages of a browser. */
async function renderersOf(browser: Browser): Promise<number[]> {
  const cdp = await browser.newBrowserCDPSession();
  const { processInfo } = await cdp.send('SystemInfo.getProcessInfo');
  await cdp.detach();
  return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
}
