/** The hub is killed while a million lines pass through the page: what xterm is handed is complete and in order. */

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../chromium.ts';
import { million } from '../million.ts';
import { createMachine, type } from '../page.ts';
import { Started, stopAgent } from '../started.ts';

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

/** What the page keeps of the bytes that its xterm was handed. */
interface Handed {
  chunks: Uint8Array[];
  size: number;
}

test('`seq 1 1000000` through the page, with the hub killed three times', async () => {
  const page = await browser.newPage();
  await page.goto(started.link);
  await createMachine(page);
  // What is written to xterm is kept: its scrollback would hide holes.
  await page.evaluate(() => {
    const { xterm } = document.querySelector('[data-terminal-id]') as Element & {
      xterm: { write(data: string | Uint8Array, done?: () => void): void };
    };
    const handed: Handed = { chunks: [], size: 0 };
    Object.assign(window, { handed });
    const write = xterm.write.bind(xterm);
    xterm.write = (data, done) => {
      if (data.length > 0) {
        const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
        handed.chunks.push(bytes);
        handed.size += bytes.length;
      }
      write(data, done);
    };
  });
  await type(page, "clear; seq 1 1000000; echo all' 'out\n");

  const expected = million();
  const killed = new Set<number>();
  for (const share of [0.2, 0.5, 0.8]) {
    await page.waitForFunction(
      (size) => (window as unknown as { handed: Handed }).handed.size >= size,
      share * expected.length,
    );
    const { hub } = await started.pids();
    killed.add(hub);
    process.kill(hub, 'SIGKILL');
  }
  expect(killed.size).toBe(3);
  await page.waitForFunction(() => {
    const { chunks } = (window as unknown as { handed: Handed }).handed;
    return chunks
      .slice(-4)
      .map((chunk) => new TextDecoder().decode(chunk))
      .join('')
      .includes('all out');
  });
  const [size, hash] = await page.evaluate(async (first) => {
    const { chunks } = (window as unknown as { handed: Handed }).handed;
    const all = new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
    const text = new TextDecoder('latin1').decode(all);
    const start = text.indexOf(first);
    const end = text.indexOf('all out', start);
    const digest = await crypto.subtle.digest('SHA-256', all.subarray(start, end));
    return [
      end - start,
      Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join(''),
    ];
  }, expected.subarray(0, 32).toString());
  expect(size).toBe(expected.length);
  expect(hash).toBe(createHash('sha256').update(expected).digest('hex'));
});
