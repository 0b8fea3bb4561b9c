/** Judges each CDP command of a program. A command passes, is changed, or is answered without the browser. */
import type { Params } from './contract.ts';
import { type Folders, forbiddenFile } from './folders.ts';
import { refusal } from './refused-methods.ts';

export interface RuleContext {
  readonly folders: Folders;
  /** The browser contexts (incognito profiles) that this program has created. */
  readonly ownContexts: ReadonlySet<string>;
  /** Returns true while another program or person has the controls. */
  heldByOther(): boolean;
}

export type Verdict =
  | { readonly kind: 'pass'; readonly params: Params }
  /** The command is not carried out, but is answered as a success. */
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

/** Rules for single CDP methods. A method without a rule passes unchanged. */
const RULES: Readonly<Record<string, (params: Params, context: RuleContext) => Verdict>> = {
  /**
   * Refuses focus emulation silently. Playwright asks for it on every page, and it affects all programs and
   * viewers of a page. With it, nobody can tell whether the page or the address bar has the focus.
   */
  'Emulation.setFocusEmulationEnabled': () => DONE,
  /**
   * Puppeteer brings a page to the front before each screenshot. If a person types in another page, the
   * person's keys would go to the wrong page. Chromium can also take screenshots of background pages.
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
   * Opens each new page in a window of its own. Chromium draws only the front tab of each window, and a click
   * of Playwright waits until its page was drawn twice. In one shared window, the pages of two programs would
   * block each other.
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
    // Without this, the window of a context would stay open after its program has left.
    return { kind: 'pass', params: { ...params, disposeOnDetach: true } };
  },
  'Target.disposeBrowserContext': (params, { ownContexts }) =>
    typeof params.browserContextId === 'string' && ownContexts.has(params.browserContextId)
      ? { kind: 'pass', params }
      : refused('Only the program that created a context may dispose of it.'),
  /**
   * Chromium's policy checks only the first address of a request. With a different address here, a program
   * could read the answer of a loopback server as if it came from the first host. Redirects are checked by
   * Chromium.
   */
  'Fetch.continueRequest': (params) =>
    params.url === undefined
      ? { kind: 'pass', params }
      : refused(
          'Its url would not be checked. Use Fetch.fulfillRequest with responseCode 302 and a Location.',
        ),
  'Browser.grantPermissions': (params) => permissions(params.permissions, params),
  'Browser.setPermission': (params) => permissions([params.permission], params),
  /** The Perfetto configuration could name a file to which the trace is written. */
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
 * Keeps Chromium's own settings for downloads: they go to the desktop's folder under their own names, with a
 * number if the name is taken. The behavior `allow` would overwrite a file of the same name. `allowAndName`
 * would give each download a random name, for people as well. Download events go only to the program that asks
 * for them. In its own contexts, a program may deny downloads.
 */
function downloads(params: Params, { ownContexts }: RuleContext): Params {
  const { behavior, browserContextId } = params;
  const own = typeof browserContextId === 'string' && ownContexts.has(browserContextId);
  return { ...params, behavior: own && behavior === 'deny' ? 'deny' : 'default', downloadPath: undefined };
}

/** Refuses the permissions with which a page may send requests to loopback servers and the local network. */
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
