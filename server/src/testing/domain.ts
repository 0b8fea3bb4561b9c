/** Hubs without their sockets, in simulated time, for tests. */

import type { AgentHello, VmObserved } from '@unicore/protocol/control';
import { SimClock } from '@unicore/protocol/sim';
import type { DesktopSettings } from '../app/desktop-parts.ts';
import { createDomain, type Domain } from '../app/domain.ts';
import { LocalAuth } from '../auth/index.ts';
import { createLog } from '../log.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { HELLO } from './hello.ts';
import { NO_METER } from './meter.ts';
import { providerRow, userRow } from './rows.ts';
import { type Line, Switchboard } from './switchboard.ts';

/** When simulated time begins, in milliseconds since 1970. */
export const START = Date.UTC(2026, 0, 1);
export const ALICE = 'u-alice';
export const BOB = 'u-bob';

/** Settings of desktops, with the default prices. */
export const DESKTOPS: DesktopSettings = {
  image: 'unicore/desktop',
  mostMs: 4 * 60 * 60_000,
  limits: { idleMs: 15 * 60_000, bootMs: 90_000 },
  prices: { perCpuSecond: 0.000018, perGibSecond: 0.000002, perSentGb: 0.12, leastMs: 0 },
  socketUrl: 'ws://hub',
};

export interface TestDomain extends Domain {
  store: Store;
  clock: SimClock;
  now: () => number;
  /** Its connection to the backplane. */
  line: Line;
  /** A provider connects, for the first time or again. */
  connect(providerId: string, hello?: Partial<AgentHello>): Promise<void>;
  /** The provider's agent reports one VM. */
  report(
    providerId: string,
    vmId: string,
    phase: VmObserved['phase'],
    more?: Partial<VmObserved>,
  ): Promise<string[]>;
  /** State and reason of a VM as its owner sees it. */
  look(vmId: string): Promise<{ state: string; reason: string | null }>;
  /** The hub dies: it loses the backplane and does nothing any more. */
  kill(): void;
}

/** store: that of an earlier hub, to simulate a restart. */
export async function testDomain(store?: Store): Promise<TestDomain> {
  const clock = new SimClock();
  return openDomain(clock, new Switchboard(clock), store ?? (await testStore()));
}

/** Several hubs with one store and one backplane. regionOf: the region of each. */
export async function testHubs(
  count: number,
  regionOf: (hub: number) => string | null = () => null,
  desktops: (clock: SimClock) => DesktopSettings = () => DESKTOPS,
) {
  const clock = new SimClock();
  const settings = desktops(clock);
  const board = new Switchboard(clock);
  const store = await testStore();
  const join = (region: string | null = null) => openDomain(clock, board, store, region, settings);
  const hubs = await Promise.all(Array.from({ length: count }, (_, hub) => join(regionOf(hub))));
  return {
    clock,
    board,
    store,
    hubs,
    join,
    /** Advances simulated time until this work is done. */
    async settled<T>(work: Promise<T>, ms = 5_000): Promise<T> {
      let over = false;
      const end = () => {
        over = true;
      };
      work.then(end, end);
      for (let passed = 0; !over && passed < ms; passed += 10) await clock.advance(10);
      return work;
    },
  };
}

async function testStore(): Promise<Store> {
  const store = openSqliteStore(':memory:');
  await store.addUser(userRow());
  await store.addUser(userRow({ userId: BOB, name: 'bob', role: 'member' }));
  return store;
}

async function openDomain(
  clock: SimClock,
  board: Switchboard,
  store: Store,
  region: string | null = null,
  desktops: DesktopSettings = DESKTOPS,
): Promise<TestDomain> {
  const now = () => Math.floor(START + clock.now());
  const line = board.join();
  const log = createLog('silent');
  const domain = createDomain({
    store,
    auth: new LocalAuth(store, now),
    backplane: line.plane,
    clock,
    now,
    log,
    defaultImage: 'unicore/vm',
    desktops,
    meter: NO_METER,
    queueBytes: 64 * 2 ** 20,
    card: { peerUrl: null, publicUrl: null, region },
  });
  await line.plane.start({
    mail: (message) => domain.hubs.mail(message),
    news: domain.news,
    interrupted: domain.interrupted,
  });
  domain.start();
  return {
    ...domain,
    store,
    clock,
    now,
    line,
    async connect(providerId, change = {}) {
      if (!(await store.provider(providerId)))
        await store.addProvider(providerRow({ providerId, name: providerId }));
      const hello = { ...HELLO, ...change };
      domain.presence.connected(providerId, hello);
      await clock.advance(0);
      await domain.placer.run();
    },
    async report(providerId, vmId, phase, more = {}) {
      const gen = (await store.vm(vmId))?.gen ?? 1;
      const seen = { vmId, gen, phase, code: null, reason: null, ...more };
      return domain.reports.take(providerId, { whole: false, vms: [seen] });
    },
    async look(vmId) {
      const vm = await store.vm(vmId);
      const { state, reason } = await domain.views.one(vm!);
      return { state, reason };
    },
    kill() {
      line.down = true;
      domain.stop().catch(() => {});
    },
  };
}
