/** Starts and stops the parts of a hub, each time in the right order. */
import type { Server } from 'node:http';
import { type Clock, UniCoreError } from '@unicore/protocol';
import type { Logger } from 'pino';
import { createOrigins, Limit, type LocalAuth, newId, ownerName } from '../auth/index.ts';
import { type Backplane, openBackplane } from '../backplane/index.ts';
import { openCloudRun } from '../cloud-run/index.ts';
import type { Config } from '../config.ts';
import type { CloudLauncher } from '../desktop/index.ts';
import { attachHttp, Callers, createAddressOf, createHubServer, type Http } from '../http/index.ts';
import { Regions } from '../hubs/index.ts';
import { createMetrics, type Metrics } from '../metrics/index.ts';
import type { Sockets } from '../sockets/index.ts';
import type { Store } from '../store/index.ts';
import { defaultUrl, listen, socketUrl } from './addresses.ts';
import { connectSockets } from './connect-sockets.ts';
import type { CloudSettings, DesktopSettings } from './desktop-parts.ts';
import { createDomain, type Domain } from './domain.ts';
import { createServices } from './services.ts';
import { ownVersion } from './version.ts';

/** Maximum time that open HTTP requests get to end when the hub stops, ms. */
const REQUESTS_MS = 5_000;
/**
 * Before the hub stops, its peers get some time (the drain time) to move to another hub. This last part of
 * the drain time, ms, is reserved for closing the remaining sockets, which takes at most 1 s.
 */
const GOODBYE_MS = 1_500;
/**
 * Before this hub stops, its peers get some time to move to other hubs. Event streams end during this first
 * fraction of that time, each at a random moment. The streams do not all end at once, because a load balancer
 * needs some time before it stops sending clients back to this hub.
 */
const STREAMS_SHARE = 1 / 4;
const MIB = 1024 * 1024;
/** Interval at which expired secrets, for example of sessions, are removed from the store, ms. */
const SWEEP_MS = 60 * 60_000;

export interface HubOptions {
  config: Config;
  store: Store;
  auth: LocalAuth;
  /** The backplane to use. If undefined, the hub opens the backplane that the configuration describes. */
  backplane: Backplane | undefined;
  /** Cloud Run, for tests. If undefined, the hub uses Google's. */
  cloudRun: CloudLauncher | undefined;
  clock: Clock;
  /** Milliseconds since 1970. */
  now: () => number;
  log: Logger;
}

interface HubParts extends HubOptions {
  backplane: Backplane;
  metrics: Metrics;
  domain: Domain;
}

/**
 * Creates the parts of a hub and opens its backplane. The hub does not listen for connections before start().
 */
export async function openHub(options: HubOptions): Promise<Hub> {
  const { config, clock, log } = options;
  const { peerUrl = null, publicUrl = null, region = null, defaultImage } = config;
  const queueBytes = config.queueMib * MIB;
  let hub: Hub | undefined;
  const metrics = createMetrics({
    phases: async () => hub?.domain.census.phases() ?? new Map(),
    backplaneUp: async () => hub?.backplaneUp() ?? false,
    waiting: () => hub?.domain.relay.waiting ?? new Map(),
    queueBytes,
    draining: () => hub?.stopping ?? false,
  });
  const backplane = options.backplane ?? (await openBackplane(config, clock, log, metrics.backplane));
  const domain = createDomain({
    ...options,
    backplane,
    defaultImage,
    desktops: { ...desktopSettings(config), cloud: await cloudSettings(options) },
    meter: metrics,
    queueBytes,
    card: { peerUrl, publicUrl, region },
  });
  hub = new Hub({ ...options, backplane, metrics, domain });
  return hub;
}

/** Desktops run on Cloud Run if the configuration names places. */
async function cloudSettings({ config, store, cloudRun }: HubOptions): Promise<CloudSettings | undefined> {
  const { desktopPlaces: places, desktopPool: pool, desktopAccount: account, publicUrl: hubUrl } = config;
  if (!places || hubUrl === undefined) return undefined;
  const jobs = cloudRun ?? openCloudRun({ account, deployment: await hubIdOf(store) });
  return { places, pool, jobs, hubUrl };
}

/** Returns the id of the deployment. All its hubs have the same one. */
function hubIdOf(store: Store): Promise<string> {
  return store.meta('hubId', () => newId('hub'));
}

function desktopSettings(config: Config): DesktopSettings {
  const { host, port, publicUrl, desktopImage, desktopMaxSeconds } = config;
  const [perCpuSecond = 0, perGibSecond = 0, perSentGb = 0, leastSeconds = 0] = config.desktopPrices;
  return {
    image: desktopImage,
    mostMs: desktopMaxSeconds * 1000,
    limits: {
      idleMs: config.desktopIdleSeconds * 1000,
      bootMs: config.desktopBootSeconds * 1000,
      sandbox: config.desktopSandbox,
    },
    prices: { perCpuSecond, perGibSecond, perSentGb, leastMs: leastSeconds * 1000 },
    socketUrl: (publicUrl ?? defaultUrl(host, port)).replace(/^http/, 'ws'),
  };
}

export class Hub {
  readonly #parts: HubParts;
  readonly #server: Server = createHubServer();
  #stopping = false;
  #cancelSweep: () => void = () => {};
  #http: Http | undefined;
  #sockets: Sockets | undefined;

  constructor(parts: HubParts) {
    this.#parts = parts;
  }

  get domain(): Domain {
    return this.#parts.domain;
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  backplaneUp(): Promise<boolean> {
    return this.#parts.backplane.ping().then(
      () => true,
      () => false,
    );
  }

  async start(): Promise<{ port: number; url: string }> {
    const { config, store, auth, backplane, domain, log } = this.#parts;
    await auth.owner(ownerName());
    await backplane.start({
      mail: (message) => domain.hubs.mail(message),
      news: (text) => domain.news(text),
      interrupted: () => domain.interrupted(),
    });
    const hubId = await hubIdOf(store);
    const port = await listen(this.#server, config);
    // The server already listens at this point. No await may follow before all request handlers are set,
    // because a request that arrives during an await would find no handler.
    const version = ownVersion();
    const url = config.publicUrl ?? defaultUrl(config.host, port);
    this.#takeRequests({ hubId, version, url, port });
    await domain.hubs.start();
    this.#sweep();
    domain.start();
    log.info({ port, url, version }, 'hub started');
    return { port, url };
  }

  /**
   * Stops the hub. drainMs: how long peers may take to move to another hub, ms. It is 0 if there is no other
   * hub.
   */
  async stop(drainMs: number): Promise<void> {
    const { backplane, domain, clock } = this.#parts;
    this.#stopping = true;
    this.#cancelSweep();
    const begun = clock.now();
    if (drainMs > 0) await this.#drain(drainMs);
    const requestsMs = drainMs > 0 ? Math.min(REQUESTS_MS, begun + drainMs - clock.now()) : REQUESTS_MS;
    const closed = new Promise((done) => this.#server.close(done));
    const cancel = clock.after(requestsMs, () => this.#server.closeAllConnections());
    this.#http?.endStreams();
    await this.#sockets?.stop();
    this.#server.closeIdleConnections();
    await closed;
    cancel();
    await domain.stop();
    await backplane.close();
  }

  #takeRequests({
    hubId,
    version,
    url,
    port,
  }: {
    hubId: string;
    version: string;
    url: string;
    port: number;
  }) {
    const { config, store, auth, backplane, metrics, domain, clock, log } = this.#parts;
    const { defaultImage, webDir } = config;
    const addressOf = createAddressOf(config.proxies);
    const origins = createOrigins(url, port, config.origins);
    const callers = new Callers(domain.sessions, origins);
    const regions = new Regions({ region: config.region ?? null, url }, () => domain.hubs.cards);
    this.#http = attachHttp(this.#server, {
      clock,
      log,
      metrics,
      auth,
      sessions: domain.sessions,
      callers,
      origins,
      regions,
      webDir,
      limit: new Limit(backplane, 'sign-ins'),
      addressOf,
      secure: url.startsWith('https:'),
      services: createServices(domain, { backplane, regions, system: { version, url, defaultImage } }),
      socketUrl: (request) => socketUrl(request, origins, url),
      ready: async () => {
        if (this.#stopping) throw new UniCoreError('GOING_AWAY', 'The hub is stopping.');
        // A hub that cannot reach the backplane still counts as ready. All hubs lose the backplane at the
        // same time. If they all counted as not ready, load balancers would send clients to no hub at all.
        await store.ping();
      },
    });
    this.#sockets = connectSockets(this.#server, {
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
  }

  #sweep(): void {
    const { store, domain, clock, now } = this.#parts;
    domain.run(
      'sweep',
      store.dropExpiredSecrets(now()).then(() => {}),
    );
    this.#cancelSweep = clock.after(SWEEP_MS, () => this.#sweep());
  }

  /**
   * Gives all peers time to move to other hubs. The hub still answers requests during this time, because load
   * balancers need a moment to notice that the hub is not ready.
   */
  async #drain(ms: number): Promise<void> {
    const { domain, log } = this.#parts;
    log.info({ ms }, 'draining');
    const hidden = domain.hubs.hide();
    // If the time until the hub stops is very short, peers get half of it to move to other hubs. The other
    // half is for closing the remaining sockets.
    const movingMs = Math.max(ms - GOODBYE_MS, ms / 2);
    this.#http?.drain(movingMs * STREAMS_SHARE);
    await Promise.all([hidden, this.#sockets?.drain(movingMs)]);
  }
}
