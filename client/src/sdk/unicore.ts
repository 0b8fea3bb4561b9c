/** createUniCore: the calls and the terminals of one deployment. */
import { type HubDistance, Nearest, systemClock, UniCoreError } from '@unicore/protocol';
import { type Api, createApi, type GetToken } from './api.ts';
import { ChannelSocket } from './channel-socket.ts';
import { consumerUrl } from './consumer-socket.ts';
import { isHidden, mayBeSentTo, probe } from './hub-probe.ts';
import { Line, type LineStatus } from './line.ts';

/** Whoever waits for the answer of a hub sees by then that there is none. */
const PING_MS = 3_000;
const CLIENT = 'unicore-sdk/0.1.0';

export interface UniCoreOptions {
  /**
   * A hub: http(s)://host[:port]. In a page the default is where the page came from. Calls go there; terminals by the nearest hub
   * of its deployment, where that has several regions.
   */
  url?: string;
  /** A bearer token, asked for at each request and each connect. Leave it out where a session cookie signs in. */
  getToken?: GetToken;
  /** Default: the global one (browsers, Node 22 and later). */
  WebSocket?: typeof globalThis.WebSocket;
}

export interface TerminalOptions {
  /** Default: 'main'. Any other id (a-z, 0-9, '-') is made if there is none. */
  terminalId?: string;
  /** Window size in cells. Default: 80 × 24; later sizes by resize(). */
  cols?: number;
  rows?: number;
  /** Only looks: what is sent is refused. */
  readOnly?: boolean;
}

export interface UniCore {
  /** The typed procedures: `api.vm.list.query()`, `api.vm.watch.subscribe(undefined, {onData})` and so on. */
  readonly api: Api;
  /**
   * A terminal of a running VM. Opens in the background and reconnects by itself, with no byte lost or repeated. When
   * the other end has forgotten it (it restarted, or there was no line for 2 minutes) it is opened anew and draws the
   * whole screen again; input that was on its way then is dropped, as it may have been typed already, and input that
   * was not sent yet is kept. Ends with `close`: 1000 when the shell exited or close() was called, else 4000 + the
   * number of an error in protocol/src/wire/errors.ts, with a sentence as the reason.
   */
  openTerminal(vmId: string, options?: TerminalOptions): ChannelSocket;
  /** Round trip to the hub, ms, measured now; null where there is no connection, or no answer within 3 s. */
  ping(): Promise<number | null>;
  /** Of the connection that all terminals share. closed: refused (the next openTerminal tries again), or close(). */
  readonly status: LineStatus;
  /** The hubs of the deployment, as far as they are known, the nearest first; which of them terminals go by. */
  readonly hubs: readonly (HubDistance & { used: boolean })[];
  /** Returns a function that ends the listening. */
  onStatus(listener: (status: LineStatus) => void): () => void;
  /** Ends every terminal's line and the connection. Until then it keeps a Node process alive. */
  close(): void;
}

/** Connects at once, in the background. Throws BAD_REQUEST if the url is none. */
export function createUniCore(options: UniCoreOptions = {}): UniCore {
  const { getToken } = options;
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
  // A cookie is of its origin only: elsewhere a ticket stands for it.
  const proof = async (hub: string) => {
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

  return {
    api,
    openTerminal(vmId, { terminalId = 'main', cols = 80, rows = 24, readOnly = false } = {}) {
      return new ChannelSocket({
        line,
        clock,
        random,
        kind: 'terminal',
        name: new URL(`#${vmId}/${terminalId}`, consumerUrl(base.origin)).href,
        meta: { vmId, terminalId, readOnly },
        size: { cols, rows },
        tell: (size, viewer) => api.vm.resize.mutate({ vmId, terminalId, viewer, ...size }),
        viewerOf,
      });
    },
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

function viewerOf(meta: unknown): string | undefined {
  const viewer = (meta as { viewer?: unknown } | null)?.viewer;
  return typeof viewer === 'string' ? viewer : undefined;
}

function parseUrl(url: string | undefined): URL {
  const base = url !== undefined && URL.canParse(url) ? new URL(url) : undefined;
  if (base?.protocol === 'http:' || base?.protocol === 'https:') return base;
  throw new UniCoreError('BAD_REQUEST', `url must be http(s)://host, the address of a hub; it is ${url}.`);
}
