/** createUniCore: the calls and the terminals of one deployment. */
import { type HubDistance, Nearest, systemClock, UniCoreError } from '@unicore/protocol';
import { type Api, createApi, type GetToken } from './api.ts';
import { ChannelSocket } from './channel-socket.ts';
import { consumerUrl } from './consumer-socket.ts';
import { isHidden, mayBeSentTo, probe } from './hub-probe.ts';
import { Line, type LineStatus } from './line.ts';

/** Timeout of ping(), ms. */
const PING_MS = 3_000;
const CLIENT = 'unicore-sdk/0.1.0';

export interface UniCoreOptions {
  /**
   * A hub: http(s)://host[:port]. In a page the default is the page's origin. Calls go to this hub. Terminals use the
   * nearest hub of its deployment if there are several regions.
   */
  url?: string;
  /** Returns a bearer token; called at each request and each connect. Leave it out if a session cookie signs in. */
  getToken?: GetToken;
  /** The WebSocket class to use. Default: the global one of browsers and of Node 22 and later. */
  WebSocket?: typeof globalThis.WebSocket;
}

export interface TerminalOptions {
  /** Id of the terminal. Default: 'main'. Another one (a-z, 0-9, '-') is created if it does not exist. */
  terminalId?: string;
  /** Window size in cells. Default: 80 × 24; later sizes by resize(). */
  cols?: number;
  rows?: number;
  /** The viewer only watches: its input is refused. */
  readOnly?: boolean;
}

export interface UniCore {
  /** The typed procedures: `api.vm.list.query()`, `api.vm.watch.subscribe(undefined, {onData})` and so on. */
  readonly api: Api;
  /**
   * Opens a terminal of a running VM in the background. It reconnects by itself, and no byte is lost or repeated. If the
   * other end has forgotten it (it restarted, or was not reached for 2 minutes), it is opened again and redraws the whole
   * screen. Input in flight is then dropped, since it may have been typed already; unsent input is kept. It ends with
   * the event `close`: code 1000 after the shell exited or close() was called, otherwise 4000 + the number of a protocol
   * error, with a sentence as the reason.
   */
  openTerminal(vmId: string, options?: TerminalOptions): ChannelSocket;
  /** Measures the round trip to the hub, ms. null: no connection, or no answer within 3 s. */
  ping(): Promise<number | null>;
  /** Status of the connection that all terminals share. closed: refused (the next openTerminal retries), or close(). */
  readonly status: LineStatus;
  /** The known hubs of the deployment, the nearest first. used: terminals go by this hub. */
  readonly hubs: readonly (HubDistance & { used: boolean })[];
  /** Calls the listener at each change of the status. The returned function removes it. */
  onStatus(listener: (status: LineStatus) => void): () => void;
  /** Ends all terminals' channels and the connection. Until then it keeps a Node process alive. */
  close(): void;
}

/** Creates a client, which connects in the background. Throws BAD_REQUEST if the url is not valid. */
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
  // A cookie is only sent to its own origin. Other hubs get a ticket instead.
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
