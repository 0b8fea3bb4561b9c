/**
 * Uses a desktop on UniCore's page in a real browser, as a person would. A second program, connected over CDP, only
 * reads what the desktop shows.
 */
import type { UniCore } from '@unicore/client/sdk';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

/** Selector of the page while its picture is up to date. */
export const CONNECTED = '[data-desktop="connected"]';
export const CANVAS = '[data-desktop] canvas';
/** Time limit that only detects a hanging test, ms. */
const HANG_MS = 240_000;
/** The place of the address bar in the desktop's Chromium, in pixels of the desktop. */
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

  /** Starts a desktop with the buttons of the page. Resolves when its picture is shown. */
  static async create(page: Page, owner: UniCore): Promise<DesktopPage> {
    await page.getByRole('link', { name: 'Desktop' }).click();
    await page.getByRole('button', { name: 'Start a desktop' }).click();
    return DesktopPage.shown(page, owner);
  }

  /** Resolves when the page shows the picture of the user's desktop. */
  static async shown(page: Page, owner: UniCore): Promise<DesktopPage> {
    // The default time limit of Playwright is too short for a busy machine.
    page.context().setDefaultTimeout(HANG_MS);
    await page.waitForSelector(CONNECTED);
    const { sessionId } = await owner.api.vnc.session.mutate();
    return new DesktopPage(page, owner, sessionId);
  }

  /** Returns the tab of the desktop's browser, for a program that only reads. */
  async tab(): Promise<Page> {
    if (!this.#program?.isConnected()) {
      const { url } = await this.#owner.api.vnc.connect.mutate({ sessionId: this.sessionId, to: 'cdp' });
      this.#program = await chromium.connectOverCDP(url);
    }
    return this.#program.contexts()[0]!.pages()[0]!;
  }

  /** Resolves when the expression has this value in the desktop's tab. */
  async until(expression: string, value: unknown): Promise<void> {
    const tab = await this.tab();
    // The evaluation fails while the tab loads another page.
    await expect.poll(() => tab.evaluate(expression).catch(() => undefined)).toEqual(value);
  }

  /** Types the address of a page with this content into the address bar. Resolves when the page is shown. */
  async visit(title: string, html: string): Promise<void> {
    await this.click(ADDRESS_BAR);
    await this.page.keyboard.press('Control+a');
    await this.page.keyboard.type('data:text/html;charset=utf-8,');
    // The rest of the address is inserted as one text, as by an input method.
    await this.page.keyboard.insertText(`<title>${title}</title>${html}`);
    await this.page.keyboard.press('Enter');
    await this.until('document.title', title);
  }

  /** Clicks at a pixel of the desktop. */
  async click(point: Point): Promise<void> {
    const { x, y } = await this.#onPage(point);
    await this.page.mouse.click(x, y);
  }

  /** Clicks at the centre of an element of the desktop's page. */
  async clickOn(selector: string): Promise<void> {
    const tab = await this.tab();
    const point = await tab.evaluate((wanted) => {
      const { x, y, width, height } = document.querySelector(wanted)!.getBoundingClientRect();
      // The window is maximised, so the page ends at the lower edge of the window.
      return { x: x + width / 2, y: window.outerHeight - window.innerHeight + y + height / 2 };
    }, selector);
    await this.click(point);
  }

  /** Takes a screenshot of UniCore's page. Returns its colours at these pixels of the desktop. */
  async colours(points: readonly Point[]): Promise<Colour[]> {
    const places = await Promise.all(points.map((point) => this.#onPage(point)));
    const png = (await this.page.screenshot()).toString('base64');
    // The screenshot is decoded in another page, because UniCore's own page may not load it.
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

  /** Returns the size of the desktop's picture, in pixels of the desktop. */
  size(): Promise<string> {
    return this.page.evaluate((selector) => {
      const { width, height } = document.querySelector<HTMLCanvasElement>(selector)!;
      return `${width} × ${height}`;
    }, CANVAS);
  }

  /** Returns the size of the area for the picture on the page, in device pixels. */
  room(): Promise<string> {
    return this.page.evaluate((selector) => {
      const { width, height } = document.querySelector(selector)!.parentElement!.getBoundingClientRect();
      return `${Math.floor(width * devicePixelRatio)} × ${Math.floor(height * devicePixelRatio)}`;
    }, CANVAS);
  }

  /** Disconnects the second program. */
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

/** Returns true if the colours are equal, apart from small differences because of compression. */
export function areAlike(some: readonly Colour[], others: readonly Colour[]): boolean {
  return some.every((one, i) => one.every((part, k) => Math.abs(part - (others[i]?.[k] ?? -1_000)) <= LOSS));
}

const LOSS = 16;
