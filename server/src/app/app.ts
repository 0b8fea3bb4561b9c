/** The composition root: a whole hub from its configuration. Several may run in one process. */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock, UniCoreError } from '@unicore/protocol';
import type { Logger } from 'pino';
import { Watch } from '../api/watch.ts';
import { Limit, PROOFS_PER_MINUTE } from '../auth/limits.ts';
import type { LocalAuth } from '../auth/local-auth.ts';
import { ownerName } from '../auth/open-local-auth.ts';
import { createOrigins, type Origins } from '../auth/origins.ts';
import { newId } from '../auth/secret.ts';
import { type Backplane, openBackplane } from '../backplane/index.ts';
import type { Config } from '../config.ts';
import { createAddressOf } from '../http/address.ts';
import { Callers } from '../http/callers.ts';
import { attachHttp, createHubServer, type Http } from '../http/server.ts';
import { Regions } from '../hubs/index.ts';
import { createLog } from '../log.ts';
import { createMetrics } from '../metrics/index.ts';
import type { Sockets } from '../sockets/index.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { connectSockets } from './connect-sockets.ts';
import { createDomain } from './domain.ts';

/** How long requests that are being answered may go on when the hub stops at once. */
const REQUESTS_MS = 5_000;
/** What is kept of the time to drain for saying goodbye to those who did not go: sockets take 1 s at most. */
const GOODBYE_MS = 1_500;
/** Live lists end in this share of it: the first part, and not while load balancers still send them back here. */
const STREAMS_SHARE = 1 / 4;
const MIB = 1024 * 1024;
/** How often expired secrets are removed. */
const SWEEP_MS = 60 * 60_000;

/** What a test hands in instead of the machine's own. */
export interface Overrides {
  clock?: Clock;
  /** Milliseconds since 1970. */
  now?: () => number;
  log?: Logger;
  /** Of several hubs in one process. */
  backplane?: Backplane;
}

export interface App {
  readonly auth: LocalAuth;
  readonly store: Store;
  /** Resolves when it takes requests. port: the one it got, where the configuration says 0. */
  start(): Promise<{ port: number; url: string }>;
  /**
   * Lets every peer move to another hub first, as long as is configured; says goodbye to the rest, and ends within 5 s.
   * drain: false where no other hub will be there.
   */
  stop(how?: { drain: boolean }): Promise<void>;
}

export function createApp(config: Config, overrides: Overrides = {}): App {
  const { clock = systemClock, now = Date.now, log = createLog(config.logLevel) } = overrides;
  const store = openStore(config);
  const { defaultImage, webDir } = config;
  const queueBytes = config.queueMib * MIB;
  const metrics = createMetrics({
    phases: () => census.phases(),
    backplaneUp: () =>
      backplane.ping().then(
        () => true,
        () => false,
      ),
    waiting: () => domain.relay.waiting,
    queueBytes,
    draining: () => stopping,
  });
  const backplane = overrides.backplane ?? openBackplane(config, clock, log, metrics.backplane);
  const domain = createDomain({
    store,
    backplane,
    clock,
    now,
    log,
    defaultImage,
    meter: metrics,
    queueBytes,
    card: {
      peerUrl: config.peerUrl ?? null,
      publicUrl: config.publicUrl ?? null,
      region: config.region ?? null,
    },
  });
  const {
    events,
    auth,
    sessions,
    tickets,
    providers,
    loads,
    vms,
    views,
    credentials,
    terminals,
    hubs,
    census,
    run,
  } = domain;
  const server = createHubServer();
  const addressOf = createAddressOf(config.proxies);
  let stopping = false;
  let cancelSweep = () => {};
  let http: Http | undefined;
  let sockets: Sockets | undefined;

  function sweep(): void {
    run(
      'sweep',
      store.dropExpiredSecrets(now()).then(() => {}),
    );
    cancelSweep = clock.after(SWEEP_MS, sweep);
  }

  async function start() {
    await auth.owner(ownerName());
    await backplane.start({
      mail: (message) => hubs.mail(message),
      news: (text) => domain.news(text),
      interrupted: () => domain.interrupted(),
    });
    const hubId = await store.meta('hubId', () => newId('hub'));
    const port = await listen(server, config);
    // Nothing waits from here on: a request that arrives now finds everything in place.
    const version = ownVersion();
    const url = config.publicUrl ?? defaultUrl(config.host, port);
    const origins = createOrigins(url, port, config.origins);
    const callers = new Callers(sessions, origins);
    const regions = new Regions({ region: config.region ?? null, url }, () => hubs.cards);
    http = attachHttp(server, {
      clock,
      log,
      metrics,
      auth,
      sessions,
      callers,
      origins,
      regions,
      webDir,
      limit: new Limit(backplane, 'sign-ins'),
      addressOf,
      secure: url.startsWith('https:'),
      services: {
        vms,
        views,
        terminals,
        providers,
        credentials,
        watch: new Watch({ events, vms, views, providers, loads }),
        tickets,
        regions,
        joinLimit: new Limit(backplane, 'tries to join'),
        proofLimit: new Limit(backplane, 'calls of agents', PROOFS_PER_MINUTE),
        system: { version, url, defaultImage },
      },
      socketUrl: (request) => socketUrl(request, origins, url),
      async ready() {
        if (stopping) throw new UniCoreError('GOING_AWAY', 'The hub is stopping.');
        // Not the backplane: all hubs lose it at once, and then nobody would get in though each goes on by itself.
        await store.ping();
      },
    });
    sockets = connectSockets(server, {
      domain,
      callers,
      origins,
      regions,
      addressOf,
      metrics,
      clock,
      log,
      rotateMs: config.rotateSeconds * 1000,
      hub: { hubId, version },
    });
    await hubs.start();
    sweep();
    domain.start();
    log.info({ port, url, version }, 'hub started');
    return { port, url };
  }

  async function stop(how = { drain: true }) {
    stopping = true;
    cancelSweep();
    const drainMs = how.drain ? config.drainSeconds * 1000 : 0;
    const begun = clock.now();
    if (drainMs > 0) await drain(drainMs);
    const requestsMs = drainMs > 0 ? Math.min(REQUESTS_MS, begun + drainMs - clock.now()) : REQUESTS_MS;
    const closed = new Promise((done) => server.close(done));
    const cancel = clock.after(requestsMs, () => server.closeAllConnections());
    http?.endStreams();
    await sockets?.stop();
    server.closeIdleConnections();
    await closed;
    cancel();
    await domain.stop();
    await backplane.close();
    await store.close();
    log.info('hub stopped');
  }

  /** Goes on answering meanwhile: load balancers need a moment to hear that this hub is not ready any more. */
  async function drain(ms: number) {
    log.info({ ms }, 'draining');
    const hidden = hubs.hide();
    // Where there is hardly any time, half of it.
    const movingMs = Math.max(ms - GOODBYE_MS, ms / 2);
    http?.drain(movingMs * STREAMS_SHARE);
    await Promise.all([hidden, sockets?.drain(movingMs)]);
  }

  return { auth, store, start, stop };
}

function listen(server: Server, { host, port }: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === 'EADDRINUSE'
          ? `Port ${port} is in use. Stop what uses it, or choose another with --port.`
          : `The hub can't listen on ${host}:${port}: ${cause.message}. Check --host and --port.`;
      reject(new UniCoreError('CONFLICT', why, { cause }));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** A wildcard is no address that anybody could open. */
function defaultUrl(host: string, port: number): string {
  const named = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return new URL(`http://${named.includes(':') ? `[${named}]` : named}:${port}`).origin;
}

/** The name by which this request reached the hub, if it is one of ours; otherwise the public one. */
function socketUrl({ headers: { host = '' } }: IncomingMessage, origins: Origins, publicUrl: string): string {
  const reached = [`http://${host}`, `https://${host}`].find((origin) => origins.allowed(origin, host));
  return (reached ?? publicUrl).replace(/^http/, 'ws');
}

function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return String(version);
}
