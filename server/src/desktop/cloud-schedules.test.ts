/**
 * Random schedules in simulated time. Users create and end desktops through two hubs while Cloud Run misbehaves.
 * The fake records what really ran, and the test compares the rows with it. UNICORE_SCHEDULES sets the number of
 * schedules.
 */
import { UniCoreError } from '@unicore/protocol';
import { expect, test } from 'vitest';
import { isPoolOwner } from '../cloud-run/index.ts';
import { type Entry, Misbehaviour } from '../cloud-run/testing/index.ts';
import { type CloudHubs, cloudHubs, PLACES } from './testing/cloud-hubs.ts';

const SCHEDULES = Number(process.env.UNICORE_SCHEDULES ?? 20);
const MINUTE_MS = 60_000;
const USERS = 4;
/** How long users work before Cloud Run behaves well again, ms. */
const WORK_MS = 10 * MINUTE_MS;
/** Time for two rounds of the reconciler, for a container that ignores SIGTERM, and for a frozen one. */
const REST_MS = 6 * MINUTE_MS;

class Schedule {
  readonly counts = { running: 0, failed: 0, ended: 0 };
  readonly #world: CloudHubs;
  /** Number of desktops in each place that wait for a user. */
  readonly #pool: number;
  readonly #violations = new Set<string>();
  #working = true;

  static async run(seed: number, totals: Schedule['counts'], pool: number): Promise<string[]> {
    let schedule: Schedule | undefined;
    const world = await cloudHubs({
      seed,
      // The quota includes room for the pool, so that users wait for each other as often as without a pool.
      quota: 2 + pool,
      pool,
      terminated: ({ ref }) => void schedule?.judgeEnd(ref),
    });
    schedule = new Schedule(world, pool);
    const violations = await schedule.#run(seed);
    await world.stop();
    for (const key of Object.keys(totals) as (keyof typeof totals)[]) totals[key] += schedule.counts[key];
    return violations;
  }

  private constructor(world: CloudHubs, pool: number) {
    this.#world = world;
    this.#pool = pool;
  }

  /** Called when a container was told to end. Its row must have asked for that before. */
  async judgeEnd({ sessionId, attempt }: { sessionId: string; attempt: number }): Promise<void> {
    const row = await this.#world.store.desktopOf(sessionId);
    if (row?.attempt === attempt && row.phase === 'running')
      this.#violations.add(`ended by mistake: ${sessionId}`);
  }

  async #run(seed: number): Promise<string[]> {
    const { fake, clock, random, store, ledger } = this.#world;
    const misbehaviour = new Misbehaviour(fake, clock, random.fork());
    misbehaviour.start();
    void this.#watch();
    const ids = await this.#world.users(USERS);
    const users = ids.map((userId) => this.#user(userId));
    await clock.advance(WORK_MS);
    this.#working = false;
    await clock.advance(MINUTE_MS);
    misbehaviour.stop();
    await clock.advance(REST_MS);
    await Promise.all(users);
    const rows = await store.desktops();
    const pooled = rows.filter(({ userId }) => isPoolOwner(userId));
    const others = rows.filter((row) => !pooled.includes(row)).map(({ phase }) => phase);
    if (others.length > 0) this.#violations.add(`not ended: ${others}`);
    const phases = pooled.map(({ phase }) => phase);
    if (phases.length !== PLACES.length * this.#pool || phases.some((phase) => phase !== 'running'))
      this.#violations.add(`the pool is not full: ${phases}`);
    const jobs = new Set(pooled.map(({ jobName }) => jobName));
    const strays = ledger.live().filter(({ job }) => !jobs.has(job));
    if (strays.length > 0) this.#violations.add(`left alive: ${strays.map(({ execution }) => execution)}`);
    if (fake.jobs.length > pooled.length) this.#violations.add(`left behind: ${fake.jobs}`);
    for (const userId of ids) await this.#judgeReceipts(userId);
    return [...this.#violations].slice(0, 3).map((text) => `${seed}: ${text}`);
  }

  async #user(userId: string): Promise<void> {
    const { random, store } = this.#world;
    while (this.#working) {
      await this.#pause(1_000, 30_000);
      const calls = Array.from({ length: random.int(1, 4) }, () => this.#hub().desktops.session(userId));
      await Promise.all(calls.map((call) => tried(call)));
      await this.#pause(2_000, 4 * MINUTE_MS);
      await this.#end(userId);
    }
    await this.#end(userId);
    while ((await store.desktop(userId))?.endedAt === null) {
      await this.#pause(5_000, 10_000);
      await this.#end(userId);
    }
  }

  async #end(userId: string): Promise<void> {
    const row = await this.#world.store.desktop(userId);
    if (!row) return;
    if (row.phase === 'running') this.counts.running++;
    await tried(this.#hub().desktops.end(userId, row.sessionId));
  }

  /** Checks containers, the fake's record and the rows at short intervals. */
  async #watch(): Promise<void> {
    const { containers, store, ledger, clock } = this.#world;
    const owners = new Set<string>();
    for (const { registered, ref } of containers) {
      if (!registered) continue;
      const userId = (await store.desktopOf(ref.sessionId))?.userId ?? ref.sessionId;
      if (owners.has(userId)) this.#violations.add(`two registered for ${userId}`);
      owners.add(userId);
    }
    for (const entry of ledger.live()) await this.#judgeLive(entry);
    clock.after(500, () => void this.#watch());
  }

  /**
   * A request that was carried out late may create a job after the proof of the end. Such a job belongs to no
   * desktop.
   */
  async #judgeLive({ labels, jobCreatedAt, execution }: Entry): Promise<void> {
    const row = await this.#world.store.desktopOf(labels['unicore-session'] ?? '');
    const isSame = row?.attempt === Number(labels['unicore-attempt']);
    if (isSame && row.endedAt !== null && jobCreatedAt < row.endedAt - MOST_CALL_MS)
      this.#violations.add(`called ended, but alive: ${execution}`);
  }

  async #judgeReceipts(userId: string): Promise<void> {
    for (const { code, reason, sessionId } of await this.#world.store.receipts(userId, 1_000)) {
      this.counts[code === null ? 'ended' : 'failed']++;
      if (!reason) this.#violations.add(`${sessionId} ended without a reason (${code})`);
    }
  }

  #hub() {
    return this.#world.random.pick(this.#world.hubs);
  }

  #pause(from: number, to: number): Promise<void> {
    const { clock, random } = this.#world;
    return new Promise((done) => clock.after(random.scaled(from, to), done));
  }
}

/** Maximum time between the moment of a proof and its answer, ms. */
const MOST_CALL_MS = 1_000;

async function tried<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof UniCoreError) return undefined;
    throw error;
  }
}

test.each([0, 1])(
  'with a pool of %i: no second desktop, no leak, none ended by mistake, and no end or failure without proof and reason',
  async (pool) => {
    const totals = { running: 0, failed: 0, ended: 0 };
    for (let seed = 1; seed <= SCHEDULES; seed++) expect(await Schedule.run(seed, totals, pool)).toEqual([]);
    // Schedules in which little happens would prove nothing.
    expect(totals.running).toBeGreaterThan(3 * SCHEDULES);
    expect(totals.ended).toBeGreaterThan(5 * SCHEDULES);
    expect(totals.failed).toBeGreaterThan(SCHEDULES / 2);
  },
);
