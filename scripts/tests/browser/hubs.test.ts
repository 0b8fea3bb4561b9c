/** npm start --hubs 3: the whole job through haproxy, while everything between the page and the shell is killed in turn. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exec } from '../../lib/exec.ts';
import { ROOT } from '../../lib/paths.ts';
import { launchChromium } from '../chromium.ts';
import { createMachine, openTerminal, type, untilLine, untilText } from '../page.ts';
import { socketsOf } from '../sockets.ts';
import { Started, stopAgent } from '../started.ts';

const HUBS = 3;
/** For a process to be there again on a busy machine; a limit for hangs only. */
const BACK_LIMIT = { timeout: 20_000 };

const data = mkdtempSync(join(tmpdir(), 'unicore-hubs-'));
let started: Started;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  started = await Started.start(data, { args: ['--hubs', String(HUBS)] });
  browser = await launchChromium();
  context = await browser.newContext({ viewport: { width: 1100, height: 700 } });
  page = await context.newPage();
});

afterAll(async () => {
  await browser?.close();
  await started?.stop();
  await stopAgent(join(data, 'hubs'));
  rmSync(data, { recursive: true, force: true });
});

/** Ends one child of npm start, and resolves when another one stands in its place and serves. */
async function replaced(command: string, pid: number, signal: NodeJS.Signals): Promise<void> {
  const [listening] = await socketsOf([pid], 'listening');
  const port = /127\.0\.0\.1:(\d+)/.exec(listening!)![1];
  process.kill(pid, signal);
  const back = async () => {
    const now = await started.childrenOf(command);
    if (now.includes(pid)) return false;
    return (await socketsOf(now, 'listening')).some((line) => line.includes(`127.0.0.1:${port} `));
  };
  await expect.poll(back, BACK_LIMIT).toBe(true);
}

/** Types lines of its own kind until told to end; how many there were. */
function typing(): { end(): Promise<number> } {
  let over = false;
  const all = (async () => {
    let lines = 0;
    while (!over) await type(page, `line ${++lines} of many\n`);
    return lines;
  })();
  return {
    end: () => {
      over = true;
      return all;
    },
  };
}

/** Each status that the page shows from now on. */
async function statusesOf(): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const seen: string[] = [];
    (window as unknown as { seen: string[] }).seen = seen;
    new MutationObserver((changes) => {
      for (const { target } of changes) seen.push((target as HTMLElement).dataset.line ?? '');
    }).observe(document.body, { subtree: true, attributeFilter: ['data-line'] });
  });
  return () => page.evaluate(() => (window as unknown as { seen: string[] }).seen);
}

test('a link signs in through haproxy, one click makes a machine, and its terminal is there after a reload', async () => {
  await page.goto(started.link);
  await createMachine(page);
  await untilLine(page, 'connected');
  await type(page, "PS1='$ '; clear; here=still; echo se''t\n");
  await untilText(page, /^set\n\$ ?$/m);
  await page.reload();
  await untilText(page, /^set\n\$ ?$/m);
  await type(page, 'echo $here\n');
  await untilText(page, /^still$/m);
});

test('a second terminal of the machine is a shell of its own', async () => {
  await openTerminal(page);
  await type(page, "PS1='$ '; clear; echo [$here]\n");
  await untilText(page, /^\[\]$/m);
  await untilLine(page, 'connected');
});

for (const [signal, what] of [
  ['SIGKILL', 'killed'],
  ['SIGTERM', 'told to stop'],
] as const) {
  test(`one hub after the other is ${what} while somebody types: nothing is lost, and the page is connected`, async () => {
    await type(page, `clear; cat > ${signal}\n`);
    const statuses = await statusesOf();
    const typed = typing();
    for (const pid of await started.childrenOf('unicore-hub')) await replaced('unicore-hub', pid, signal);
    const lines = await typed.end();
    await untilText(page, new RegExp(`^line ${lines} of many$`, 'm'));
    await untilLine(page, 'connected');
    await page.keyboard.press('Control+D');
    await type(page, `clear; seq -f 'line %.0f of many' ${lines} | cmp - ${signal} && echo all' 'of it\n`);
    await untilText(page, /^all of it$/m);
    console.log(signal, lines, await statuses());
  });
}
