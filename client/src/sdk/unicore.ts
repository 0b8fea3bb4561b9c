/** createUniCore creates a client for the calls, the terminals and the desktops of one deployment. */
import { type HubDistance, Nearest, systemClock, UniCoreError } from '@unicore/protocol';
import { type Api, createApi, type GetToken } from './api.ts';
import { ChannelSocket, type ChannelSocketOptions } from './channel-socket.ts';
import { consumerUrl } from './consumer-socket.ts';
import { Desktop, type DesktopHandler } from './desktop.ts';
import { isHidden, mayBeSentTo, probe } from './hub-probe.ts';
import { Line, type LineStatus } from './line.ts';
import { Link, type OpenLink } from './link.ts';
import { guestTicket, type Share } from './share-link.ts';
import { Sizer } from './sizer.ts';
import { MAX_TEXT_MESSAGE } from './text-messages.ts';

/** Timeout of ping(), ms. */
const PING_MS = 3_000;
const CLIENT = 'unicore-sdk/0.1.0';

export interface UniCoreOptions {
  /**
   * URL of a hub: http(s)://host[:port]. On a web page, the default is the page's origin. Calls go to this
   * hub. If the deployment has several regions, terminals use the nearest hub.
   */
  url?: string;
  /**
   * Returns a bearer token. Called at each request and each connection attempt. Omit it if a session cookie
   * signs the user in.
   */
  getToken?: GetToken;
  /**
   * What readShareLink() has read. The client is then a guest of that desktop, also if a user is signed in: openDesktop()
   * shows its screen, and nothing else can be opened. When sharing or the desktop is over, `close` of the screen
   * reports UNAUTHENTICATED or SESSION_ENDED.
   */
  share?: Share;
  /** The WebSocket class to use. Default: the global class of browsers and of Node 22 and later. */
  WebSocket?: typeof globalThis.WebSocket;
}

export interface TerminalOptions {
  /**
   * Id of the terminal (a-z, 0-9, '-'). Default: 'main'. If no terminal with another id exists, it is
   * created.
   */
  terminalId?: string;
  /** Window size in character cells. Default: 80 × 24. Call resize() to change the size later. */
  cols?: number;
  rows?: number;
  /** True if the viewer may only watch. The input of such a viewer is refused. */
  readOnly?: boolean;
}

export interface DesktopOptions {
  /** True if the viewer may only watch. */
  viewOnly?: boolean;
  /**
   * True if the viewer sends keys and text as private messages among the bytes of RFB. noVNC does not. It may
   * do so only if `accepted.text` of the channel is true.
   */
  text?: boolean;
  /**
   * True if copied texts may go both ways at once. Default: false. Then `clipboard` of desktop() allows it, for
   * each direction. It names this viewer by `accepted.holder`.
   */
  clipboard?: boolean;
}

export interface UniCore {
  /**
   * The typed procedures, for example `api.vm.list.query()` or `api.vm.watch.subscribe(undefined, {onData})`.
   */
  readonly api: Api;
  /**
   * Opens a terminal of a running VM in the background. The terminal reconnects by itself, and no byte is
   * lost or repeated. The other end forgets the terminal if it restarts or is unreachable for 2 minutes. The
   * SDK then opens the terminal again, and the whole screen is redrawn. In this case, input in flight is
   * dropped, because the shell may have received it already. Unsent input is kept. The event `close` reports
   * the end. Its code is 1000 after the shell exited or close() was called. Otherwise its code is 4000 plus
   * the number of a protocol error, and its reason is a sentence.
   */
  openTerminal(vmId: string, options?: TerminalOptions): ChannelSocket;
  /**
   * Opens the screen of a desktop in the background, as a stream of RFB. It is made for noVNC:
   * `new RFB(element, unicore.openDesktop(sessionId))`. The channel reconnects by itself like a terminal's.
   * The event `close` reports EPOCH_LOST or LEG_LOST if the other end has forgotten the channel. Then open the
   * desktop again, because a new RFB connection must begin. At the desktop's end the code is SESSION_ENDED.
   */
  openDesktop(sessionId: string, options?: DesktopOptions): ChannelSocket;
  /**
   * Opens the browser of a desktop for a program, in the background. Each message is one message of the
   * Chrome DevTools Protocol: send(string), and `data` is a string. The channel reconnects by itself, and
   * ends like that of a screen.
   */
  openCdp(sessionId: string): ChannelSocket;
  /**
   * Listens to a desktop, in the background: who has the controls, files, warnings and its condition. The returned
   * object also moves files, and asks for the controls and the clipboard. The channel reconnects by itself, and
   * ends like that of a screen, which `closed` of the handler reports.
   */
  desktop(sessionId: string, handler?: DesktopHandler): Desktop;
  /**
   * Measures the round trip to the hub, ms. Resolves with null if there is no connection or no answer within
   * 3 s.
   */
  ping(): Promise<number | null>;
  /**
   * Status of the connection that all channels share. 'closed' means that close() was called or the hub
   * refused the client. After a refusal, the next channel that is opened tries to connect again.
   */
  readonly status: LineStatus;
  /** The known hubs of the deployment, the nearest first. used: true for the hub that the channels use. */
  readonly hubs: readonly (HubDistance & { used: boolean })[];
  /**
   * Calls the listener each time that the status of the connection to the hub changes. The returned function
   * removes the listener.
   */
  onStatus(listener: (status: LineStatus) => void): () => void;
  /**
   * Ends all channels and closes the connection. Until then, the client keeps a Node process
   * alive.
   */
  close(): void;
}

/** Creates a client, which connects in the background. Throws BAD_REQUEST if the URL is not valid. */
export function createUniCore(options: UniCoreOptions = {}): UniCore {
  const { getToken, share } = options;
  const base = parseUrl(options.url ?? globalThis.location?.origin);
  const api = createApi(new URL('/trpc', base).href, getToken);
  const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
  const clock = systemClock;
  const nearest = new Nearest({
    home: base.origin,
    clock,
    random: Math.random,
    probe,
    trusted: (url) => mayBeSentTo(base, url),
    unwatched: isHidden,
  });
  // A browser sends the session cookie only to the cookie's own origin. Other hubs get a ticket (a one-time
  // token) instead.
  const proof = async (hub: string) => {
    if (share) return { ticket: await guestTicket(api, share) };
    const token = await getToken?.();
    if (token !== undefined || hub === base.origin) return { token };
    return { ticket: (await api.system.ticket.mutate()).ticket };
  };
  const line = new Line({
    nearest,
    WebSocket: options.WebSocket ?? globalThis.WebSocket,
    clock,
    random: Math.random,
    hello: async (hub) => ({ ...(await proof(hub)), client: CLIENT }),
  });

  const open = (name: string, options: Omit<ChannelSocketOptions, 'line' | 'clock' | 'random' | 'name'>) =>
    new ChannelSocket({
      ...options,
      line,
      clock,
      random,
      name: new URL(`#${name}`, consumerUrl(base.origin)).href,
    });

  const openLink: OpenLink = (link) =>
    new Link({ line, clock, random, reopens: false, maxWaiting: Number.POSITIVE_INFINITY, ...link });

  return {
    api,
    openTerminal(vmId, { terminalId = 'main', cols = 80, rows = 24, readOnly = false } = {}) {
      const sizer = new Sizer({
        clock,
        size: { cols, rows },
        tell: (size, viewer) => api.vm.resize.mutate({ vmId, terminalId, viewer, ...size }),
      });
      const meta = { vmId, terminalId, readOnly };
      return open(`${vmId}/${terminalId}`, { kind: 'terminal', meta, sizer, reopens: true });
    },
    openDesktop: (sessionId, { viewOnly = false, text = false, clipboard = false } = {}) => {
      const meta = { sessionId, viewOnly, text, clipboard };
      return open(`vnc/${sessionId}`, { kind: 'vnc', meta, reopens: false });
    },
    openCdp: (sessionId) =>
      open(`cdp/${sessionId}`, {
        kind: 'cdp',
        meta: { sessionId },
        asText: true,
        reopens: false,
        maxWaiting: MAX_TEXT_MESSAGE + 1,
      }),
    desktop: (sessionId, handler = {}) => new Desktop({ sessionId, handler, openLink }),
    ping: async () => (line.leg?.up ? line.leg.pingWithin(PING_MS) : null),
    get status() {
      return line.status;
    },
    get hubs() {
      return nearest.places.map((place) => ({ ...place, used: place.url === nearest.url }));
    },
    onStatus: (listener) => line.onStatus(listener),
    close: () => line.close(),
  };
}

function parseUrl(url: string | undefined): URL {
  const base = url !== undefined && URL.canParse(url) ? new URL(url) : undefined;
  if (base?.protocol === 'http:' || base?.protocol === 'https:') return base;
  throw new UniCoreError('BAD_REQUEST', `url must be http(s)://host, the address of a hub; it is ${url}.`);
}
