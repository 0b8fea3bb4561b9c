/**
 * Kills the hub while a million lines pass through the page. The bytes that xterm gets must be complete and
 * in order.
 */

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../../testing/chromium.ts';
import { million } from '../../testing/million.ts';
import { createMachine, type, untilText } from '../../testing/page.ts';
import { Started, stopAgent } from '../../testing/started.ts';

const data = mkdtempSync(join(tmpdir(), 'unicore-page-'));
let started: Started;
let browser: Browser;

beforeAll(async () => {
  started = await Started.start(data);
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await started?.stop();
  await stopAgent(data);
  rmSync(data, { recursive: true, force: true });
});

const ESC = String.fromCharCode(27);
const BEL = String.fromCharCode(7);
/** Matches the agent's messages to viewers in a terminal's byte stream. */
const NOTICE = `${ESC}\\]7717;([^${BEL}]*)${BEL}`;

/** Record in the page of all bytes that its xterm was given. */
interface Handed {
  bytes: Uint8Array[];
  size: number;
  /** Called after each write. */
  look(): void;
  /**
   * Beyond this number of bytes, the page parses nothing. So it gives no credit, and the program waits for
   * the test.
   */
  holdAt: number;
  held: (() => void)[];
}
type Keeping = Window & { handed: Handed };

/**
 * Records everything that is written to xterm from now on, because the limited scrollback would hide gaps.
 */
function keepWhatIsHanded(page: Page): Promise<void> {
  return page.evaluate(() => {
    const { xterm } = document.querySelector('[data-terminal-id]') as Element & {
      xterm: { write(data: string | Uint8Array, done?: () => void): void };
    };
    const handed: Handed = { bytes: [], size: 0, look() {}, holdAt: Number.POSITIVE_INFINITY, held: [] };
    (window as unknown as Keeping).handed = handed;
    const write = xterm.write.bind(xterm);
    xterm.write = (data, done) => {
      const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
      handed.bytes.push(bytes);
      handed.size += bytes.length;
      const parse = () => write(data, done);
      if (handed.size > handed.holdAt) handed.held.push(parse);
      else parse();
      handed.look();
    };
  });
}

/** Lets the page continue until xterm has received this number of bytes. */
function holdAt(page: Page, size: number): Promise<void> {
  return page.evaluate((wanted) => {
    const { handed } = window as unknown as Keeping;
    handed.holdAt = wanted;
    for (const parse of handed.held.splice(0)) parse();
  }, size);
}

function untilHanded(page: Page, size: number): Promise<void> {
  return page.evaluate((wanted) => {
    const { handed } = window as unknown as Keeping;
    return new Promise<void>((resolve) => {
      handed.look = () => handed.size >= wanted && resolve();
      handed.look();
    });
  }, size);
}

/**
 * Returns the size and SHA-256 of the bytes from the first text to the last text, and the agent's messages
 * between them.
 */
function digest(page: Page, first: string, last: string) {
  return page.evaluate(
    async ([from, to, pattern]) => {
      const { bytes } = (window as unknown as Keeping).handed;
      const all = new TextDecoder().decode(await new Blob(bytes as Uint8Array<ArrayBuffer>[]).arrayBuffer());
      const notice = new RegExp(pattern, 'g');
      const start = all.indexOf(from);
      const part = all.slice(start, all.indexOf(to, start));
      const output = new TextEncoder().encode(part.replace(notice, ''));
      const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', output));
      const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
      return {
        size: output.length,
        hash: hex,
        notices: Array.from(part.matchAll(notice), ([, json]) => json!),
      };
    },
    [first, last, NOTICE] as const,
  );
}

test('`seq 1 1000000` through the page, with the hub killed three times', async () => {
  const page = await browser.newPage();
  await page.goto(started.link);
  await createMachine(page);
  await keepWhatIsHanded(page);
  const expected = million();
  const shares = [0.2, 0.5, 0.8].map((share) => share * expected.length);
  await holdAt(page, shares[0]!);
  await type(page, "clear; seq 1 1000000; echo all' 'out\n");

  const killed = new Set<number>();
  for (const [i, share] of shares.entries()) {
    await untilHanded(page, share);
    const { hub } = await started.pids();
    killed.add(hub);
    process.kill(hub, 'SIGKILL');
    // The next limit is more than a window away, so the page can reach it only through a new hub.
    await holdAt(page, shares[i + 1] ?? Number.MAX_SAFE_INTEGER);
  }
  expect(killed.size).toBe(3);
  await untilText(page, /^all out/m);
  const { notices, ...output } = await digest(page, expected.subarray(0, 32).toString(), 'all out');
  expect(output).toEqual({
    size: expected.length,
    hash: createHash('sha256').update(expected).digest('hex'),
  });
  expect(notices.filter((json) => json.includes('skipped'))).toEqual([]);
});
