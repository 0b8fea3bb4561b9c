/** Uses a desktop on UniCore's page in a real browser, as a person would. A program beside it only reads. */
import type { UniCore } from '@unicore/client/sdk';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

/** Selector of the page while its picture is up to date. */
export const CONNECTED = '[data-desktop="connected"]';
export const CANVAS = '[data-desktop] canvas';
/** Time limit that only detects hangs, ms. */
const HANG_MS = 240_000;
/** Where the address bar of the desktop's Chromium is, in its pixels. */
const ADDRESS_BAR = { x: 320, y: 63 };

export type Colour = readonly [red: number, green: number, blue: number];

interface Point {
  x: number;
  y: number;
}

export class DesktopPage {
  readonly page: Page;
  readonly sessionId: string;
  readonly #owner: UniCore;
  #program: Browser | undefined;

  private constructor(page: Page, owner: UniCore, sessionId: string) {
    this.page = page;
    this.#owner = owner;
    this.sessionId = sessionId;
  }

  /** Starts a desktop by the buttons of the page. Resolves when its picture is shown. */
  static async create(page: Page, owner: UniCore): Promise<DesktopPage> {
    await page.getByRole('link', { name: 'Desktop' }).click();
    await page.getByRole('button', { name: 'Start a desktop' }).click();
    return DesktopPage.shown(page, owner);
  }

  /** Resolves when the page shows the picture of the user's desktop. */
  static async shown(page: Page, owner: UniCore): Promise<DesktopPage> {
    // Playwright's own limit is too short for a busy machine.
    page.context().setDefaultTimeout(HANG_MS);
    await page.waitForSelector(CONNECTED);
    const { sessionId } = await owner.api.vnc.session.mutate();
    return new DesktopPage(page, owner, sessionId);
  }

  /** The tab of the desktop's browser, for a program that asks and changes nothing. */
  async tab(): Promise<Page> {
    if (!this.#program?.isConnected()) {
      const { url } = await this.#owner.api.vnc.connect.mutate({ sessionId: this.sessionId, to: 'cdp' });
      this.#program = await chromium.connectOverCDP(url);
    }
    return this.#program.contexts()[0]!.pages()[0]!;
  }

  /** Resolves when the expression has this value in the tab of the desktop. */
  async until(expression: string, value: unknown): Promise<void> {
    const tab = await this.tab();
    // While the tab goes to another page, it has no document to ask.
    await expect.poll(() => tab.evaluate(expression).catch(() => undefined)).toEqual(value);
  }

  /** Puts the address of a page with this content into the address bar. Resolves when it is shown. */
  async visit(title: string, html: string): Promise<void> {
    await this.click(ADDRESS_BAR);
    await this.page.keyboard.press('Control+a');
    await this.page.keyboard.type('data:text/html;charset=utf-8,');
    // The rest comes as one text, as from an input method.
    await this.page.keyboard.insertText(`<title>${title}</title>${html}`);
    await this.page.keyboard.press('Enter');
    await this.until('document.title', title);
  }

  /** Clicks at a pixel of the desktop. */
  async click(point: Point): Promise<void> {
    const { x, y } = await this.#onPage(point);
    await this.page.mouse.click(x, y);
  }

  /** Clicks into the middle of an element of the desktop's page. */
  async clickOn(selector: string): Promise<void> {
    const tab = await this.tab();
    const point = await tab.evaluate((wanted) => {
      const { x, y, width, height } = document.querySelector(wanted)!.getBoundingClientRect();
      // The page of a maximised window ends where the window ends.
      return { x: x + width / 2, y: window.outerHeight - window.innerHeight + y + height / 2 };
    }, selector);
    await this.click(point);
  }

  /** The colours of a screenshot of UniCore's page at these pixels of the desktop. */
  async colours(points: readonly Point[]): Promise<Colour[]> {
    const places = await Promise.all(points.map((point) => this.#onPage(point)));
    const png = (await this.page.screenshot()).toString('base64');
    // UniCore's page may not load such a picture itself.
    const reader = await this.page.context().newPage();
    try {
      return await reader.evaluate(
        async ([data, wanted]) => {
          const image = new Image();
          image.src = `data:image/png;base64,${data}`;
          await image.decode();
          const canvas = Object.assign(document.createElement('canvas'), {
            width: image.width,
            height: image.height,
          });
          const pen = canvas.getContext('2d')!;
          pen.drawImage(image, 0, 0);
          return wanted.map(({ x, y }): Colour => {
            const [red = 0, green = 0, blue = 0] = pen.getImageData(Math.round(x), Math.round(y), 1, 1).data;
            return [red, green, blue];
          });
        },
        [png, places] as const,
      );
    } finally {
      await reader.close();
    }
  }

  /** The size of the desktop's picture, in its pixels. */
  size(): Promise<string> {
    return this.page.evaluate((selector) => {
      const { width, height } = document.querySelector<HTMLCanvasElement>(selector)!;
      return `${width} × ${height}`;
    }, CANVAS);
  }

  /** The size of the room that the page has for the picture, in device pixels. */
  room(): Promise<string> {
    return this.page.evaluate((selector) => {
      const { width, height } = document.querySelector(selector)!.parentElement!.getBoundingClientRect();
      return `${Math.floor(width * devicePixelRatio)} × ${Math.floor(height * devicePixelRatio)}`;
    }, CANVAS);
  }

  /** Ends the program's connection. */
  async leave(): Promise<void> {
    await this.#program?.close();
    this.#program = undefined;
  }

  #onPage(point: Point): Promise<Point> {
    return this.page.evaluate(
      ([selector, { x, y }]) => {
        const canvas = document.querySelector<HTMLCanvasElement>(selector)!;
        const box = canvas.getBoundingClientRect();
        const scale = box.width / canvas.width;
        return { x: box.x + x * scale, y: box.y + y * scale };
      },
      [CANVAS, point] as const,
    );
  }
}

/** True if the colours are the same, but for what a compressed picture loses. */
export function areAlike(some: readonly Colour[], others: readonly Colour[]): boolean {
  return some.every((one, i) => one.every((part, k) => Math.abs(part - (others[i]?.[k] ?? -1_000)) <= LOSS));
}

const LOSS = 16;
