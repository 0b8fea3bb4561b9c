/**
 * Creates the parts of a hub that manage desktops: the requests of users, the search for a machine, the reports
 * of agents, and periodic work.
 */
import type { Clock } from '@unicore/protocol';
import type { DesktopMethods } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import type { Sessions, Tickets } from '../auth/index.ts';
import type { Backplane } from '../backplane/index.ts';
import type { Place } from '../cloud-run/index.ts';
import {
  Announcer,
  CloudDesktops,
  type CloudLauncher,
  CloudPlaces,
  DesktopAccess,
  DesktopBoot,
  DesktopChores,
  DesktopConnections,
  type DesktopLimits,
  DesktopPlacer,
  DesktopPool,
  DesktopReports,
  DesktopShares,
  Desktops,
  DesktopViews,
  DesktopWriter,
  type Prices,
  UnheardDesktops,
} from '../desktop/index.ts';
import type { HubEvents } from '../events/index.ts';
import type { Presence } from '../provider/index.ts';
import type { Store } from '../store/index.ts';

/** What the hub's configuration says about desktops. */
export interface DesktopSettings {
  image: string;
  /** The longest life of a desktop, ms. */
  mostMs: number;
  limits: DesktopLimits;
  prices: Prices;
  /** ws(s)://host of the hubs, as programs outside of UniCore reach them. */
  socketUrl: string;
  /** Undefined if no desktops run on Cloud Run. */
  cloud?: CloudSettings | undefined;
}

export interface CloudSettings {
  places: readonly Place[];
  /** Number of desktops in each place that wait for a user. */
  pool: number;
  jobs: CloudLauncher;
  /** http(s)://host of the hubs, as desktops reach them. */
  hubUrl: string;
}

/** How much longer than the time to start a boot token is valid, ms. By then the hub has ended the start. */
const TOKEN_SPARE_MS = 60_000;

export interface DesktopPartsOptions {
  store: Store;
  backplane: Backplane;
  clock: Clock;
  /** Milliseconds since 1970. */
  now: () => number;
  log: Logger;
  events: HubEvents;
  presence: Presence;
  sessions: Sessions;
  tickets: Tickets;
  desktops: DesktopSettings;
  agent(providerId: string): DesktopMethods;
}

export function createDesktopParts(options: DesktopPartsOptions) {
  const { store, backplane, clock, now, log, events, presence, sessions, tickets, agent } = options;
  const { image, mostMs, limits, prices, socketUrl, cloud: settings } = options.desktops;
  const writer = new DesktopWriter({ store, events, prices, log, now });
  const places = settings && new CloudPlaces({ ...settings, store, clock });
  const placer = new DesktopPlacer({ store, presence, writer, places, now });
  const boot = new DesktopBoot({ store, writer, tokenMs: limits.bootMs + TOKEN_SPARE_MS, now });
  const asksCloudRun = settings !== undefined;
  const unheard = new UnheardDesktops({ store, presence, writer, limits, mostMs, asksCloudRun, now });
  const common = { store, events, writer, limits, prices, unheard, now };
  const cloud =
    settings &&
    places &&
    new CloudDesktops({ ...settings, ...common, placer, places, boot, mostMs, clock, log });
  const access = new DesktopAccess(store);
  const views = new DesktopViews(prices, now);
  const announcer = new Announcer(store, backplane, views, socketUrl);
  const pool = places && new DesktopPool({ store, events, writer, placer, places, image, log, now });
  const desktops = new Desktops({ store, writer, placer, pool, unheard, prices, image, mostMs, now });
  return {
    desktopPlacer: placer,
    desktopPool: pool,
    desktopBoot: boot,
    cloudDesktops: cloud,
    desktops,
    desktopShares: new DesktopShares({
      store,
      writer,
      tickets,
      own: (userId, sessionId) => desktops.own(userId, sessionId),
      endSession: (sessionId) => sessions.end(sessionId),
      now,
    }),
    desktopAccess: access,
    desktopReports: new DesktopReports(common),
    desktopConnections: new DesktopConnections({ access, tickets, agent }),
    desktopChores: new DesktopChores({ ...common, backplane, placer, announcer, cloud, pool, clock, log }),
    desktopViews: views,
    announcer,
  };
}
