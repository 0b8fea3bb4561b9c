/** The hub without its sockets, in simulated time, for tests. */
import { SimClock } from '@unicore/protocol/sim';
import { LocalWorld } from '../backplane/local.ts';
import type { AgentHello, VmObserved } from '../control/contract.ts';
import { createDomain, type Domain } from '../domain.ts';
import { createLog } from '../log.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { HELLO } from './hello.ts';
import { providerRow, userRow } from './rows.ts';

/** When simulated time begins, in milliseconds since 1970. */
const START = Date.UTC(2026, 0, 1);
export const ALICE = 'u-alice';
export const BOB = 'u-bob';

export interface TestDomain extends Domain {
  store: Store;
  clock: SimClock;
  now: () => number;
  /** A provider comes, for the first time or again. */
  connect(providerId: string, hello?: Partial<AgentHello>): Promise<void>;
  /** Its agent says how one VM is. */
  report(
    providerId: string,
    vmId: string,
    phase: VmObserved['phase'],
    more?: Partial<VmObserved>,
  ): Promise<string[]>;
  /** Phase, or `suspect`, and reason of a VM as its owner sees it. */
  look(vmId: string): Promise<{ state: string; reason: string | null }>;
}

/** store: of a hub that ran before, for a restart. */
export async function testDomain(store?: Store): Promise<TestDomain> {
  const clock = new SimClock();
  const now = () => START + clock.now();
  const restarted = store !== undefined;
  const kept = store ?? openSqliteStore(':memory:');
  if (!restarted) {
    await kept.addUser(userRow());
    await kept.addUser(userRow({ userId: BOB, name: 'bob', role: 'member' }));
  }
  const domain = createDomain({
    store: kept,
    backplane: new LocalWorld(clock).join(),
    clock,
    now,
    log: createLog('silent'),
    defaultImage: 'unicore/vm',
    meter: { channels() {}, forwarded() {}, refused() {}, opened() {}, closed() {}, message() {} },
    queueBytes: 64 * 2 ** 20,
    card: { peerUrl: null, publicUrl: null, region: null },
  });
  domain.presence.start((await kept.providers()).map(({ providerId }) => providerId));
  return {
    ...domain,
    store: kept,
    clock,
    now,
    async connect(providerId, change = {}) {
      if (!(await kept.provider(providerId)))
        await kept.addProvider(providerRow({ providerId, name: providerId }));
      const hello = { ...HELLO, ...change };
      domain.presence.connected(providerId, hello);
      await domain.providers.remember(providerId, hello);
      await domain.placer.run();
    },
    async report(providerId, vmId, phase, more = {}) {
      const gen = (await kept.vm(vmId))?.gen ?? 1;
      const seen = { vmId, gen, phase, code: null, reason: null, ...more };
      return domain.reports.take(providerId, { whole: false, vms: [seen] });
    },
    async look(vmId) {
      const vm = await kept.vm(vmId);
      const { state, reason } = await domain.views.one(vm!);
      return { state, reason };
    },
  };
}
