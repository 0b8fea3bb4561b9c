/**
 * Uses the page with `npm start -- --hubs 3` through haproxy, while each process between the page and the
 * shell is killed in turn.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exec } from '../../lib/exec.ts';
import { ROOT } from '../../lib/paths.ts';
import { launchChromium } from '../../testing/chromium.ts';
import { createMachine, openTerminal, type, untilText } from '../../testing/page.ts';
import { Started, stopAgent } from '../../testing/started.ts';
import { socketsOf } from '../../testing/tcp-sockets.ts';

const HUBS = {
  args: ['--hubs', '3'],
  // This drain time is shorter than the default of 10 s, because the tests would wait for the default three
  // times.
  env: { UNICORE_DRAIN_SECONDS: '6' },
};
/** Number of child processes: three hubs, Redis, Firestore, haproxy and the agent. */
const CHILDREN = 7;
const CONNECTED = '[data-line="connected"]';
/** Time limit for a process to be back, in ms. It is long enough for a busy machine. */
const BACK_LIMIT = { timeout: 60_000 };

const data = mkdtempSync(join(tmpdir(), 'unicore-hubs-'));
let started: Started;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  started = await Started.start(data, HUBS);
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

/** Ends one child of `npm start`. Resolves when the replacement accepts connections. */
async function replaced(command: string, pid: number, signal: NodeJS.Signals): Promise<void> {
  const [listening] = await socketsOf([pid], 'listening');
  const port = /127\.0\.0\.1:(\d+)/.exec(listening!)![1];
  process.kill(pid, signal);
  const back = async () => {
    const now = (await started.childrenOf(command)).filter((other) => other !== pid);
    return (await socketsOf(now, 'listening')).some((line) => line.includes(`127.0.0.1:${port} `));
  };
  await expect.poll(back, BACK_LIMIT).toBe(true);
}

/**
 * Types lines into a file while something happens. Afterwards the file must contain exactly what was typed.
 */
async function typeWhile(happens: () => Promise<void>): Promise<void> {
  // Before `cat` runs, the shell controls the terminal, and a typed Enter does not end a line for `cat`.
  await type(page, "clear; echo rea''dy; cat > typed\n");
  await untilText(page, /^ready$/m);
  let over = false;
  const typing = (async () => {
    let lines = 0;
    while (!over) await type(page, `line ${++lines} of many\n`);
    return lines;
  })();
  await happens().finally(() => {
    over = true;
  });
  const lines = await typing;
  await untilText(page, new RegExp(`^line ${lines} of many$`, 'm'));
  await page.waitForSelector(CONNECTED);
  await page.keyboard.press('Control+D');
  await type(page, `clear; seq -f 'line %.0f of many' ${lines} | cmp - typed && echo all' 'of it\n`);
  await untilText(page, /^all of it$/m);
}

/**
 * Records each connection status that the page shows from now on. Resolves with a function that returns them.
 */
async function statusesShown(): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const shown: string[] = [];
    (window as unknown as { shown: string[] }).shown = shown;
    new MutationObserver((changes) => {
      for (const { target } of changes) shown.push((target as HTMLElement).dataset.line ?? '');
    }).observe(document.body, { subtree: true, attributeFilter: ['data-line'] });
  });
  return () => page.evaluate(() => (window as unknown as { shown: string[] }).shown);
}

test('a link signs in through haproxy, one click makes a machine, and its terminal is there after a reload', async () => {
  await page.goto(started.link);
  await createMachine(page);
  await page.waitForSelector(CONNECTED);
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
  await page.waitForSelector(CONNECTED);
});

test('npm run user creates a user that all hubs know', async () => {
  const made = await exec(process.execPath, [join(ROOT, 'scripts/user.ts'), 'grace', '--data', data]);
  const other = await browser.newContext();
  const hers = await other.newPage();
  await hers.goto(/http\S+/.exec(made)![0]);
  await hers.getByRole('button', { name: 'Signed in as grace' }).waitFor();
  await other.close();
});

test('one hub after the other is killed during typing: nothing is lost, and the page is connected', async () => {
  await typeWhile(async () => {
    for (const pid of await started.childrenOf('unicore-hub')) await replaced('unicore-hub', pid, 'SIGKILL');
  });
});

test('one hub after the other is told to stop during typing: the page shows no interruption', async () => {
  const shown = await statusesShown();
  await typeWhile(async () => {
    for (const pid of await started.childrenOf('unicore-hub')) await replaced('unicore-hub', pid, 'SIGTERM');
  });
  expect(await shown()).toEqual([]);
});

test('Redis, Firestore and haproxy are killed during typing: they come back, and nothing is lost', async () => {
  await typeWhile(async () => {
    for (const command of ['redis-server', 'unicore-firestore', 'haproxy']) {
      const [pid] = await started.childrenOf(command);
      await replaced(command, pid!, 'SIGKILL');
    }
  });
});

test('npm start is killed and leaves nothing behind; started again, it knows all users, and the page goes on', async () => {
  const pids = await started.childrenOf('');
  expect(pids).toHaveLength(CHILDREN);
  await started.kill();
  const left = () => pids.filter((pid) => existsSync(`/proc/${pid}`));
  await expect.poll(left, BACK_LIMIT).toEqual([]);
  await page.waitForSelector('[data-line="reconnecting"]');
  const { port } = new URL(started.url);
  started = await Started.start(data, { ...HUBS, port: Number(port) });
  await page.waitForSelector(CONNECTED);
  await type(page, 'clear; echo go""ing on\n');
  await untilText(page, /^going on$/m);
});
