/** Judges each command of a program: it passes, perhaps changed, or it is answered without the browser. */
import type { Params } from './contract.ts';
import { type Folders, forbiddenFile } from './folders.ts';
import { refusal } from './refused-methods.ts';

export interface RuleContext {
  readonly folders: Folders;
  /** The browser contexts (incognito profiles) that this program has created. */
  readonly ownContexts: ReadonlySet<string>;
  /** True while somebody else holds the controls. */
  heldByOther(): boolean;
}

export type Verdict =
  | { readonly kind: 'pass'; readonly params: Params }
  /** Answered as if it had been carried out. */
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * The addresses that a program may open. Others lead into the browser itself, such as chrome: and devtools:, or start a
 * program of the machine, such as mailto:. Chromium's policy keeps programs out of the browser's pages in any case, but
 * would not say why. It answers file: and filesystem: by itself, with an error that programs know.
 */
const OF_THE_WEB = ['http:', 'https:', 'about:', 'data:', 'blob:', 'javascript:'];
const REFUSED_BY_POLICY = ['file:', 'filesystem:'];

const DONE: Verdict = { kind: 'done' };
const refused = (reason: string): Verdict => ({ kind: 'refused', reason });

/** Rules for single methods. A method that has none passes unchanged. */
const RULES: Readonly<Record<string, (params: Params, context: RuleContext) => Verdict>> = {
  /**
   * Focus emulation holds for all programs and viewers of a page. With it, nobody can tell whether the page or
   * the address bar has the focus. Playwright asks for it on every page.
   */
  'Emulation.setFocusEmulationEnabled': () => DONE,
  /**
   * Puppeteer brings a page to the front before each screenshot. The keys of a person who types in another page
   * would then go to the wrong one. Chromium makes screenshots of pages in the background as well.
   */
  'Page.bringToFront': (params, { heldByOther }) => (heldByOther() ? DONE : { kind: 'pass', params }),
  'Browser.setDownloadBehavior': (params, context) => ({ kind: 'pass', params: downloads(params, context) }),
  'Page.setDownloadBehavior': (params, context) => ({ kind: 'pass', params: downloads(params, context) }),
  'DOM.setFileInputFiles': (params, context) => onlyFiles(params.files, params, context),
  'Input.dispatchDragEvent': (params, context) => {
    const { data } = params;
    const files = typeof data === 'object' && data !== null && 'files' in data ? data.files : undefined;
    return onlyFiles(files, params, context);
  },
  /**
   * Only the tab in front of each window is drawn, and Playwright's click waits until the page is drawn twice. In one
   * window, the pages of two programs would stop each other.
   */
  'Target.createTarget': (params) => onlyWeb(params.url, { newWindow: true, ...params }),
  'Page.navigate': (params) => onlyWeb(params.url, params),
  'Target.createBrowserContext': (params) => {
    if (params.proxyServer !== undefined || params.originsWithUniversalNetworkAccess !== undefined) {
      return refused(
        'A context with a proxy or with network access of its own would go around the rules for addresses. ' +
          'Create it without proxyServer and originsWithUniversalNetworkAccess.',
      );
    }
    // A context that outlives its program is a window that nobody asked for.
    return { kind: 'pass', params: { ...params, disposeOnDetach: true } };
  },
  'Target.disposeBrowserContext': (params, { ownContexts }) =>
    typeof params.browserContextId === 'string' && ownContexts.has(params.browserContextId)
      ? { kind: 'pass', params }
      : refused('Only the program that created a context may dispose of it.'),
  /**
   * Chromium asks its policy about the first address only. With another one here, a program can read a loopback
   * server's answer as a page of the first host. Chromium does ask about redirects.
   */
  'Fetch.continueRequest': (params) =>
    params.url === undefined
      ? { kind: 'pass', params }
      : refused(
          'Its url would not be checked. Use Fetch.fulfillRequest with responseCode 302 and a Location.',
        ),
  'Browser.grantPermissions': (params) => permissions(params.permissions, params),
  'Browser.setPermission': (params) => permissions([params.permission], params),
  /** Its configuration can name a file that the trace is written to. */
  'Tracing.start': (params) =>
    params.perfettoConfig === undefined
      ? { kind: 'pass', params }
      : refused('Use traceConfig in place of perfettoConfig.'),
};

export function judge(method: string, params: Params, context: RuleContext): Verdict {
  const reason = refusal(method);
  if (reason !== undefined) return refused(reason);
  const rule = Object.hasOwn(RULES, method) ? RULES[method] : undefined;
  return rule ? rule(params, context) : { kind: 'pass', params };
}

/**
 * Downloads stay as Chromium's own settings have them: in the desktop's folder, under their own names, numbered where
 * a name is taken. The behavior `allow` would overwrite a file of the same name, and `allowAndName` would give
 * each a random name, also for people. Only the program that asks for events gets them. A program may deny
 * downloads in contexts of its own.
 */
function downloads(params: Params, { ownContexts }: RuleContext): Params {
  const { behavior, browserContextId } = params;
  const own = typeof browserContextId === 'string' && ownContexts.has(browserContextId);
  return { ...params, behavior: own && behavior === 'deny' ? 'deny' : 'default', downloadPath: undefined };
}

/** A page with the permission may send requests to loopback servers and to the local network. */
function permissions(wanted: unknown, params: Params): Verdict {
  return /local-?network|loopback-?network/i.test(JSON.stringify(wanted) ?? '')
    ? refused('Pages may not reach the local network.')
    : { kind: 'pass', params };
}

/** A text that is no address passes: Chromium refuses it with words of its own. */
function onlyWeb(url: unknown, params: Params): Verdict {
  const parsed = typeof url === 'string' ? URL.parse(url) : null;
  if (parsed === null) return { kind: 'pass', params };
  const { protocol, pathname } = parsed;
  if (protocol === 'view-source:') return onlyWeb(pathname, params);
  if ([...OF_THE_WEB, ...REFUSED_BY_POLICY].includes(protocol)) return { kind: 'pass', params };
  return refused(
    `An address with ${protocol} leads into the browser itself, or out of it. ` +
      `Programs may open those with ${OF_THE_WEB.join(' ')}`,
  );
}

function onlyFiles(files: unknown, params: Params, { folders }: RuleContext): Verdict {
  const bad = forbiddenFile(files, folders);
  if (bad === undefined) return { kind: 'pass', params };
  return refused(
    `The file ${bad} is not in a folder that programs may read. Upload it, and name it below ` +
      `${folders.uploads} or ${folders.downloads}.`,
  );
}
