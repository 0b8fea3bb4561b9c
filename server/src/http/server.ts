/**
 * The hub's HTTP server: its routes, and how it moves clients to other hubs before it stops. The folder
 * sockets/ handles WebSockets.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import { type Clock, UniCoreError } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { Context, Services } from '../api/index.ts';
import {
  appRouter,
  failureOf,
  MAX_BODY,
  openApiDocument,
  REST_PATH,
  restHandler,
  statusOf,
} from '../api/index.ts';
import type { Origins } from '../auth/index.ts';
import type { Regions } from '../hubs/index.ts';
import type { Metrics } from '../metrics/index.ts';
import { type LoginDeps, login, logout } from './login.ts';
import { sendError, sendJson, sendText } from './respond.ts';
import { setSecurityHeaders } from './security.ts';
import { webApp } from './web.ts';

/**
 * Maximum number of calls in one tRPC request. The SDK sends fewer calls per request (client/src/sdk/api.ts).
 */
const MAX_BATCH = 100;

const TRPC_PATH = '/trpc';

/**
 * Delay after which a client reconnects when its event stream has ended, ms. The delay is shorter than the 3
 * s that browsers wait by default, so that a page does not show the interruption. The delay is random, so
 * that clients do not all reconnect at once.
 */
const COME_BACK_MS = { least: 200, most: 700 };
/**
 * How long an event stream stays open after the hub told the client when to reconnect, ms. The message needs
 * this time to arrive.
 */
const LAST_WORDS_MS = 100;

export interface HttpDeps extends LoginDeps {
  clock: Clock;
  metrics: Metrics;
  services: Services;
  /** Origins whose pages may call this hub, and may measure the round trip to the hub with /ping. */
  origins: Origins;
  regions: Regions;
  webDir: string;
  /** Resolves if the hub is ready. Otherwise rejects with the reason. */
  ready(): Promise<void>;
  /** Returns the WebSocket URL (ws://host or wss://host) under which this request reached the hub. */
  socketUrl(request: IncomingMessage): string;
}

type Handle = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void> | void;

export function createHubServer(): Server {
  return createServer();
}

export interface Http {
  /**
   * From now on closes each HTTP connection after its next response, so that the client's later requests can
   * go to another hub. Also ends each event stream at a random moment within `ms`.
   */
  drain(ms: number): void;
  /** Ends all event streams. Open event streams would keep the server from closing. */
  endStreams(): void;
}

/** Adds the hub's routes to the server, which then answers requests. */
export function attachHttp(server: Server, deps: HttpDeps): Http {
  const routes = createRoutes(deps);
  const web = webApp(deps.webDir);
  const answering = new Set<ServerResponse>();
  let drainMs: number | undefined;
  const endLater = (response: ServerResponse, withinMs: number) => {
    const end = () => isStream(response) && endStream(response, deps.clock);
    response.once('close', deps.clock.after(Math.random() * withinMs, end));
  };
  server.on('request', (request, response) => {
    const started = performance.now();
    const url = parseUrl(request.url);
    setSecurityHeaders(
      response,
      deps.regions.list.map((place) => place.url),
    );
    if (drainMs !== undefined) {
      response.setHeader('Connection', 'close');
      endLater(response, drainMs);
    }
    if (!url)
      return sendError(
        response,
        new UniCoreError('BAD_REQUEST', 'The path of the request is not a valid URL.'),
      );
    const [route, handle]: [string, Handle] = match(routes, url.pathname) ?? ['web', web];
    answering.add(response);
    response.once('close', () => {
      answering.delete(response);
      const ms = performance.now() - started;
      deps.metrics.http(route, response.statusCode, ms / 1000);
      deps.log.debug({ route, status: response.statusCode, ms: Math.round(ms) }, 'request');
    });
    Promise.resolve()
      .then(() => handle(request, response, url))
      .catch((error: unknown) => refuse(deps.log, route, response, error));
  });
  return {
    drain(ms) {
      drainMs = ms;
      for (const response of answering) endLater(response, ms);
    },
    endStreams() {
      for (const response of answering) if (isStream(response)) response.destroy();
    },
  };
}

/**
 * Ends an event stream after telling the client when to reconnect. A `retry:` line is valid between any two
 * events.
 */
function endStream(response: ServerResponse, clock: Clock): void {
  if (response.writableEnded || response.destroyed) return;
  const { least, most } = COME_BACK_MS;
  response.write(`retry: ${Math.round(least + Math.random() * (most - least))}\n`);
  clock.after(LAST_WORDS_MS, () => response.destroy());
}

/**
 * Returns whether the response is an event stream. The client of an event stream reconnects if the connection
 * breaks, but not if the stream ends regularly.
 */
function isStream(response: ServerResponse): boolean {
  return String(response.getHeader('content-type')).startsWith('text/event-stream');
}

function createRoutes(deps: HttpDeps): Map<string, Handle> {
  const { log, metrics, services } = deps;
  const createContext = (request: IncomingMessage, changes = false) => contextOf(deps, request, changes);
  const failed = (error: Parameters<typeof failureOf>[0], path: string | undefined) => {
    const { code } = failureOf(error).body;
    if (code === 'INTERNAL') log.error({ err: error.cause ?? error, procedure: path }, 'procedure failed');
    else log.debug({ code, procedure: path, reason: error.message }, 'procedure refused');
  };
  const trpc = createHTTPHandler({
    router: appRouter,
    basePath: `${TRPC_PATH}/`,
    maxBodySize: MAX_BODY,
    maxBatchSize: MAX_BATCH,
    createContext: ({ req }) => createContext(req),
    onError: ({ error, path }) => failed(error, path),
    responseMeta({ errors, info }) {
      const status = statusOf(errors, info?.calls.length ?? 1);
      return status === undefined ? {} : { status };
    },
  });
  const rest = restHandler(createContext, failed);
  const document = openApiDocument(services.system.url, services.system.version);
  return new Map<string, Handle>([
    [TRPC_PATH, (request, response) => trpc(request, response)],
    [`${REST_PATH}/openapi.json`, (_, response) => sendJson(response, 200, document)],
    [REST_PATH, (request, response) => rest(request, response)],
    ['/login', (request, response, url) => login(deps, request, response, url)],
    ['/logout', (request, response) => logout(deps, request, response)],
    ['/ping', (request, response) => ping(deps, request, response)],
    ['/healthz', (_, response) => sendText(response, 200, 'ok')],
    ['/readyz', (_, response) => readyz(deps, response)],
    [
      '/metrics',
      async (_, response) => {
        const { type, text } = await metrics.read();
        response.writeHead(200, { 'Content-Type': type }).end(text);
      },
    ],
  ]);
}

/**
 * Finds the route for a path. A route answers its own path and all paths below it. The longest matching route
 * is used.
 */
function match(routes: Map<string, Handle>, path: string): [string, Handle] | undefined {
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
    const route = path.slice(0, end);
    const handle = routes.get(route);
    if (handle) return [route, handle];
  }
  return undefined;
}

async function contextOf(
  { callers, services, addressOf, socketUrl }: HttpDeps,
  request: IncomingMessage,
  changes: boolean,
): Promise<Context> {
  const caller = await callers.of(request, changes);
  return { services, caller, address: addressOf(request), socketUrl: socketUrl(request) };
}

/**
 * Handles GET /ping. Pages of this region and of other regions call it to measure the round trip to this hub.
 * They cannot use /healthz, because Cloud Run answers that path itself.
 */
function ping({ origins, regions }: HttpDeps, { headers }: IncomingMessage, response: ServerResponse): void {
  const { origin, host } = headers;
  if (origin !== undefined && (origins.allowed(origin, host) || regions.has(origin))) {
    response.setHeader('Access-Control-Allow-Origin', origin);
  }
  response.writeHead(204, { 'Cache-Control': 'no-store', Vary: 'Origin' }).end();
}

async function readyz({ ready, log }: HttpDeps, response: ServerResponse): Promise<void> {
  try {
    await ready();
    sendText(response, 200, 'ready');
  } catch (error) {
    // A hub that is about to stop does not log that it is not ready. Load balancers ask often, and each
    // request would add a line to the log.
    if (!(error instanceof UniCoreError && error.code === 'GOING_AWAY'))
      log.warn({ err: error }, 'not ready');
    sendText(response, 503, error instanceof UniCoreError ? error.message : 'The store is unreachable.');
  }
}

function refuse(log: Logger, route: string, response: ServerResponse, error: unknown): void {
  const known = error instanceof UniCoreError;
  if (!known) log.error({ err: error, route }, 'request failed');
  if (response.headersSent) response.destroy();
  else
    sendError(
      response,
      known ? error : new UniCoreError('INTERNAL', 'The hub failed. Its log has the details.'),
    );
}

function parseUrl(path: string | undefined): URL | undefined {
  // The URL parser accepts only a complete URL, so a made-up host name is put before the path. The hub does
  // not use this host name.
  return URL.parse(`http://hub${path ?? '/'}`) ?? undefined;
}
