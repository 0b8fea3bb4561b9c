/**
 * The pages of the browser, and which of them has the focus. Frames of other origins are pages of their own. A page
 * has no focus while the browser's own fields have it, such as the address bar.
 */
import type { Clock } from '@unicore/protocol';
import { z } from 'zod';
import type { CdpEvent, Params } from '../cdp/index.ts';

/** A page that does not answer for so long counts as one without focus, ms. */
const ANSWER_MS = 1_000;
/** An input that a busy page has not handled for so long is not waited for, ms. */
const INPUT_MS = 2_000;

/**
 * Returns 0 without focus, 1 if the focus is in a frame within the page, and 2 if it is in the page itself. Content of
 * plug-ins counts as no focus: keys of the display reach it, and CDP does not.
 */
const LOOK = `(() => {
  if (!document.hasFocus()) return 0;
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  const name = active?.localName ?? '';
  if (/^(embed|object|fencedframe)$/i.test(name)) return 0;
  return /^i?frame$/i.test(name) ? 1 : 2;
})()`;

/** Scripts of the page can't change what this world sees, so a page can't pretend to have the focus. */
const WORLD = 'unicore-focus';

/** The part of the shared browser that is used here. */
export interface TypingBrowser {
  call(method: string, params?: Params, sessionId?: string): Promise<Params>;
  subscribe(listener: (event: CdpEvent) => void): () => void;
}

export interface Page {
  readonly sessionId: string;
  readonly targetId: string;
  readonly isFrame: boolean;
  /** The isolated world of the current document. */
  context: number | undefined;
}

const attached = z.object({ sessionId: z.string() });
const target = z.object({
  sessionId: z.string(),
  targetInfo: z.object({ targetId: z.string(), type: z.string() }),
});
const world = z.object({ executionContextId: z.number() });
const looked = z.object({ result: z.object({ value: z.number() }) });

const AUTO_ATTACH = { autoAttach: true, waitForDebuggerOnStart: false, flatten: true };
const only = (type: string) => [{ type }, { exclude: true }];

export class Pages {
  readonly #browser: TypingBrowser;
  readonly #clock: Clock;
  readonly #pages = new Map<string, Page>();
  #root: string | undefined;
  /** The page that had the focus at last. It is asked first. */
  #last: Page | undefined;

  constructor(browser: TypingBrowser, clock: Clock) {
    this.#browser = browser;
    this.#clock = clock;
    browser.subscribe((event) => this.#event(event));
  }

  /** A browser has started. Until this resolves, and if it fails, no page is known. */
  async attach(): Promise<void> {
    this.#pages.clear();
    this.#last = undefined;
    this.#root = undefined;
    const { sessionId } = attached.parse(await this.#browser.call('Target.attachToBrowserTarget'));
    this.#root = sessionId;
    await this.#browser.call('Target.setAutoAttach', { ...AUTO_ATTACH, filter: only('page') }, sessionId);
  }

  /** Returns the page that has the focus, or undefined if the browser's own fields have it. */
  async focused(): Promise<Page | undefined> {
    const last = this.#last;
    if (last && (await this.#look(last)) === 2) return last;
    const pages = [...this.#pages.values()];
    const looks = await Promise.all(pages.map((page) => this.#look(page)));
    // Frames are attached after their pages, so the last one is the innermost.
    const innermost = (look: number, isFrame: boolean) =>
      pages.findLast((page, i) => looks[i] === look && page.isFrame === isFrame);
    this.#last = innermost(2, true) ?? innermost(2, false) ?? innermost(1, true) ?? innermost(1, false);
    return this.#last;
  }

  /** Gives the page an input. Resolves with false if the page did not handle it, or not soon. */
  async input(page: Page, method: string, params: Params): Promise<boolean> {
    const handled = this.#browser.call(method, params, page.sessionId).then(
      () => true,
      () => false,
    );
    return this.#within(INPUT_MS, handled, false);
  }

  async #look(page: Page): Promise<number> {
    const look = async () => {
      if (page.context !== undefined) {
        const seen = await this.#evaluate(page);
        if (seen !== undefined) return seen;
      }
      const params = { frameId: page.targetId, worldName: WORLD };
      const made = await this.#browser.call('Page.createIsolatedWorld', params, page.sessionId);
      page.context = world.parse(made).executionContextId;
      return (await this.#evaluate(page)) ?? 0;
    };
    return this.#within(
      ANSWER_MS,
      look().catch(() => 0),
      0,
    );
  }

  /** Returns undefined if the world is gone, as after a navigation. */
  async #evaluate(page: Page): Promise<number | undefined> {
    const params = { expression: LOOK, contextId: page.context, returnByValue: true };
    try {
      return looked.parse(await this.#browser.call('Runtime.evaluate', params, page.sessionId)).result.value;
    } catch {
      page.context = undefined;
      return undefined;
    }
  }

  async #within<T>(ms: number, work: Promise<T>, otherwise: T): Promise<T> {
    let cancel: () => void = () => undefined;
    const late = new Promise<T>((resolve) => {
      cancel = this.#clock.after(ms, () => resolve(otherwise));
    });
    const result = await Promise.race([work, late]);
    cancel();
    return result;
  }

  #event({ method, params, sessionId }: CdpEvent): void {
    if (sessionId === undefined || (sessionId !== this.#root && !this.#pages.has(sessionId))) return;
    if (method === 'Target.attachedToTarget') {
      const parsed = target.safeParse(params);
      if (parsed.success) this.#add(parsed.data);
    } else if (method === 'Target.detachedFromTarget') {
      const gone = attached.safeParse(params);
      if (!gone.success) return;
      this.#pages.delete(gone.data.sessionId);
      if (this.#last?.sessionId === gone.data.sessionId) this.#last = undefined;
    }
  }

  #add({ sessionId, targetInfo }: z.infer<typeof target>): void {
    const { targetId, type } = targetInfo;
    this.#pages.set(sessionId, { sessionId, targetId, isFrame: type === 'iframe', context: undefined });
    const params = { ...AUTO_ATTACH, filter: only('iframe') };
    // A page that closes at once has no frames to attach to.
    this.#browser.call('Target.setAutoAttach', params, sessionId).catch(() => undefined);
  }
}
