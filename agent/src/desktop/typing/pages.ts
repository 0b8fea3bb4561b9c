/**
 * Finds out which page of the browser has the focus, and whether a key has reached it. Frames from other origins
 * count as separate pages. While the browser's own fields have the focus, such as the address bar, no page has it.
 */
import type { Clock } from '@unicore/protocol';
import { z } from 'zod';
import type { CdpEvent, Params } from '../cdp/index.ts';

/** A page that does not answer within this time counts as a page without focus, ms. */
const ANSWER_MS = 2_000;
/** Longest time to wait until a page has taken a text, ms. */
const INSERT_MS = 10_000;

/**
 * Name of the isolated world (a separate script environment) of our scripts. A page's own scripts cannot change
 * what our scripts see, so a page cannot pretend to have the focus.
 */
const WORLD = 'unicore-input';

/**
 * A script that returns where the focus of a document is: `nowhere`, `here`, or in a `frame`. With `here`, the
 * document begins to listen for the key F18, and hides it from the page, because no person has typed it. The focus
 * in a plug-in counts as `nowhere`, because plug-ins take keys without reporting them.
 */
const LOOK = `(() => {
  if (!document.hasFocus()) return 'nowhere';
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  const name = active?.localName ?? '';
  if (/^(embed|object|fencedframe)$/i.test(name)) return 'nowhere';
  if (/^i?frame$/i.test(name)) return 'frame';
  globalThis.heard ??= new Promise((resolve) => {
    const hide = (event) => {
      if (event.key !== 'F18' || !event.isTrusted) return;
      event.stopImmediatePropagation();
      event.preventDefault();
      if (event.type === 'keydown') return resolve();
      removeEventListener('keydown', hide, true);
      removeEventListener('keyup', hide, true);
      globalThis.heard = undefined;
    };
    addEventListener('keydown', hide, true);
    addEventListener('keyup', hide, true);
  });
  return 'here';
})()`;
const HEARD = 'globalThis.heard';

/** The functions of the shared browser that are used here. */
export interface TypingBrowser {
  call(method: string, params?: Params, sessionId?: string): Promise<Params>;
  subscribe(listener: (event: CdpEvent) => void): () => void;
}

interface Page {
  readonly sessionId: string;
  /** The id of the page, which is also the id of its main frame. */
  readonly targetId: string;
}

/** A document that has the focus. */
export interface Focus {
  readonly sessionId: string;
  readonly contextId: number;
}

const attached = z.object({ sessionId: z.string() });
const target = z.object({ sessionId: z.string(), targetInfo: z.object({ targetId: z.string() }) });
const changed = z.object({ targetInfo: z.object({ targetId: z.string(), type: z.literal('page') }) });
const world = z.object({ executionContextId: z.number() });
const looked = z.object({ result: z.object({ value: z.enum(['nowhere', 'here', 'frame']) }) });
const frameTree = z.object({
  frame: z.object({ id: z.string() }),
  get childFrames() {
    return z.array(frameTree).optional();
  },
});
type FrameTree = z.infer<typeof frameTree>;

const AUTO_ATTACH = { autoAttach: true, waitForDebuggerOnStart: false, flatten: true };
const only = (type: string) => [{ type }, { exclude: true }];

export class Pages {
  readonly #browser: TypingBrowser;
  readonly #clock: Clock;
  readonly #pages = new Map<string, Page>();
  #root: string | undefined;

  constructor(browser: TypingBrowser, clock: Clock) {
    this.#browser = browser;
    this.#clock = clock;
    browser.subscribe((event) => this.#event(event));
  }

  /** Called when a browser has started. No page is known until this resolves, or if it fails. */
  async start(): Promise<void> {
    this.#pages.clear();
    this.#root = undefined;
    const { sessionId } = attached.parse(await this.#browser.call('Target.attachToBrowserTarget'));
    this.#root = sessionId;
    const filter = only('page');
    await this.#browser.call('Target.setAutoAttach', { ...AUTO_ATTACH, filter }, sessionId);
    await this.#browser.call('Target.setDiscoverTargets', { discover: true, filter }, sessionId);
  }

  /**
   * Resolves with the document that has the focus; with undefined if none has it, or none answers. At most one has it, so
   * the others are not waited for: a page that hangs would delay all typing.
   */
  focused(): Promise<Focus | undefined> {
    const pages = [...this.#pages.values()];
    return firstOf(pages.map((page) => this.#within(ANSWER_MS, this.#inPage(page))));
  }

  /**
   * Resolves with true when F18 was pressed in this document after {@link focused} found it. Resolves with false if
   * the document is gone, or has not reported the key within `ms`.
   */
  async heard({ sessionId, contextId }: Focus, ms: number): Promise<boolean> {
    const params = { expression: HEARD, contextId, awaitPromise: true };
    const heard = this.#browser.call('Runtime.evaluate', params, sessionId).then(() => true);
    return (await this.#within(ms, heard)) ?? false;
  }

  /**
   * Inserts a text at the focus, as input methods do. Resolves when the page has the text, or does not answer in
   * time.
   */
  async insert({ sessionId }: Focus, text: string): Promise<void> {
    await this.#within(INSERT_MS, this.#browser.call('Input.insertText', { text }, sessionId));
  }

  async #inPage(page: Page): Promise<Focus | undefined> {
    const main = await this.#look(page.sessionId, page.targetId);
    if (main !== 'frame') return main;
    const { frameTree: tree } = await this.#browser.call('Page.getFrameTree', {}, page.sessionId);
    const frames = descendants(frameTree.parse(tree));
    return firstOf(
      frames.map(async (frame) => {
        const focus = await this.#look(page.sessionId, frame);
        return focus === 'frame' ? undefined : focus;
      }),
    );
  }

  async #look(sessionId: string, frameId: string): Promise<Focus | 'frame' | undefined> {
    try {
      const params = { frameId, worldName: WORLD };
      const made = await this.#browser.call('Page.createIsolatedWorld', params, sessionId);
      const contextId = world.parse(made).executionContextId;
      const question = { expression: LOOK, contextId, returnByValue: true };
      const { value } = looked.parse(
        await this.#browser.call('Runtime.evaluate', question, sessionId),
      ).result;
      if (value === 'here') return { sessionId, contextId };
      return value === 'frame' ? value : undefined;
    } catch {
      // The document is closing or was replaced, so it has no focus.
      return undefined;
    }
  }

  async #within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
    let cancel: () => void = () => undefined;
    const late = new Promise<undefined>((resolve) => {
      cancel = this.#clock.after(ms, () => resolve(undefined));
    });
    const result = await Promise.race([work.catch(() => undefined), late]);
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
      if (gone.success) this.#pages.delete(gone.data.sessionId);
    } else if (method === 'Target.targetInfoChanged') {
      const parsed = changed.safeParse(params);
      if (parsed.success) this.#attachAgain(parsed.data.targetInfo.targetId);
    }
  }

  /**
   * Chromium ends the session with a tab that shows one of the browser's own pages, and attaches it by itself only when
   * it is new. So it must be asked for when the tab may be back at a page of the web.
   */
  #attachAgain(targetId: string): void {
    if ([...this.#pages.values()].some((page) => page.targetId === targetId)) return;
    const params = { targetId, flatten: true };
    this.#browser.call('Target.attachToTarget', params, this.#root).catch(() => undefined);
  }

  #add({ sessionId, targetInfo: { targetId } }: z.infer<typeof target>): void {
    this.#pages.set(sessionId, { sessionId, targetId });
    const params = { ...AUTO_ATTACH, filter: only('iframe') };
    // Ignores the error: a page that has closed already has no frames.
    this.#browser.call('Target.setAutoAttach', params, sessionId).catch(() => undefined);
  }
}

/** Resolves with the first result that is not undefined; with undefined if all are. */
async function firstOf<T>(works: Promise<T | undefined>[]): Promise<T | undefined> {
  const found = works.map(async (work) => {
    const result = await work;
    if (result === undefined) throw new Error('nothing found');
    return result;
  });
  return Promise.any(found).catch(() => undefined);
}

function descendants({ childFrames = [] }: FrameTree): string[] {
  return childFrames.flatMap((child) => [child.frame.id, ...descendants(child)]);
}
