/** Two hubs in simulated time whose desktops run on a fake of Cloud Run. */
import { Random } from '@unicore/protocol/sim';
import { CloudRunJobs, placeName } from '../../cloud-run/index.ts';
import { directApi, FakeCloudRun, type Ledger } from '../../cloud-run/testing/index.ts';
import { DESKTOPS, START, type TestDomain, testHubs } from '../../testing/domain.ts';
import { userRow } from '../../testing/rows.ts';
import { SimulatedDesktop } from './simulated-desktop.ts';

export const PLACES = [
  { project: 'my-project', region: 'europe-west1', quota: 150 },
  { project: 'my-project', region: 'us-central1', quota: 150 },
];
export const NEAR = placeName(PLACES[0]!);
export const FAR = placeName(PLACES[1]!);
const DEPLOYMENT = 'hub-test';

export interface CloudHubsOptions {
  seed?: number;
  quota?: number;
  pool?: number;
  terminated?(desktop: SimulatedDesktop): void;
}

export async function cloudHubs({ seed = 1, quota = 150, pool = 0, terminated }: CloudHubsOptions = {}) {
  const random = new Random(seed);
  const containers: SimulatedDesktop[] = [];
  let fake: FakeCloudRun | undefined;
  let hubs: TestDomain[] = [];
  const launchers: CloudRunJobs[] = [];
  const world = await testHubs(2, undefined, (clock) => {
    const options = { clock, random, hubs: () => hubs, ...(terminated && { terminated }) };
    fake = new FakeCloudRun({
      clock,
      epoch: START,
      run: async (spec) => {
        const container = new SimulatedDesktop(spec, options);
        containers.push(container);
        return container;
      },
    });
    const jobs = new CloudRunJobs({
      deployment: DEPLOYMENT,
      account: 'unicore-desktop',
      api: directApi(fake, { clock, delay: () => random.scaled(1, 300) }),
      clock,
      now: () => START + clock.now(),
      random: () => random.fraction(),
    });
    launchers.push(jobs);
    const places = PLACES.map((place) => ({ ...place, quota }));
    return { ...DESKTOPS, cloud: { places, pool, jobs, hubUrl: 'http://hub' } };
  });
  hubs = world.hubs;
  const ledger: Ledger = fake!.ledger;
  return {
    ...world,
    fake: fake!,
    ledger,
    random,
    containers,
    jobs: launchers[0]!,
    /** Adds users u-0, u-1, … */
    async users(count: number): Promise<string[]> {
      const ids = Array.from({ length: count }, (_, i) => `u-${i}`);
      for (const userId of ids) await world.store.addUser(userRow({ userId, name: userId, role: 'member' }));
      return ids;
    },
    async stop(): Promise<void> {
      for (const hub of hubs) hub.kill();
      await world.store.close();
    },
  };
}

export type CloudHubs = Awaited<ReturnType<typeof cloudHubs>>;
