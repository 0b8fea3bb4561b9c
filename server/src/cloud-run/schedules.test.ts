/**
 * Random schedules in simulated time. Two hubs launch, inspect, list and end desktops, in any order and repeatedly,
 * while Cloud Run misbehaves. The fake records what really ran, and the test compares the hubs with this record.
 */
import { UniCoreError } from '@unicore/protocol';
import { Random, SimClock } from '@unicore/protocol/sim';
import { expect, test } from 'vitest';
import { CloudRunJobs } from './cloud-run-jobs.ts';
import type { LaunchSpec } from './job-message.ts';
import { jobNameOf } from './job-name.ts';
import type { JobRef } from './job-ref.ts';
import { ownerIn } from './labels.ts';
import {
  directApi,
  type Entry,
  FakeCloudRun,
  Misbehaviour,
  MOST_LAG_MS,
  SimulatedContainer,
} from './testing/index.ts';
import { PLACE, SETTINGS, specOf } from './testing/specs.ts';

const SCHEDULES = 60;
const EPOCH = 1_700_000_000_000;
const MINUTE_MS = 60_000;
/** How long the hubs work before Cloud Run behaves well again, ms. */
const WORK_MS = 8 * MINUTE_MS;
const SESSIONS = 4;
const RECONCILE_MS = MINUTE_MS;

/** One attempt, and what the hubs have asked for it. */
interface Wish {
  readonly spec: LaunchSpec;
  readonly ref: JobRef;
  /** Time when its end was first requested, ms since 1970. */
  unwantedSince: number;
  /** Time of the last call that proved its end, ms since 1970. */
  goneSince: number;
}

class Schedule {
  readonly #clock = new SimClock();
  readonly #random: Random;
  readonly #fake: FakeCloudRun;
  readonly #hubs: CloudRunJobs[];
  readonly #wishes: Wish[] = [];
  readonly #violations: string[] = [];
  #working = true;
  /** Counts events, so that a test can check that enough has happened. */
  readonly counts = { launched: 0, failed: 0, gone: 0, listed: 0 };

  constructor(seed: number) {
    const clock = this.#clock;
    const random = new Random(seed);
    this.#random = random;
    this.#fake = new FakeCloudRun({
      clock,
      epoch: EPOCH,
      run: async () =>
        new SimulatedContainer({
          clock,
          ...(random.chance(0.7) && { termMs: random.scaled(10, 8_000) }),
          ...(random.chance(0.3) && { livesMs: random.scaled(1_000, 600_000) }),
          exitCode: random.below(2),
        }),
    });
    const delay = () => random.scaled(1, 400);
    this.#hubs = [1, 2].map(
      () =>
        new CloudRunJobs({
          ...SETTINGS,
          api: directApi(this.#fake, { clock, delay }),
          clock,
          now: () => this.#fake.now(),
          random: () => random.fraction(),
        }),
    );
  }

  async run(): Promise<string[]> {
    const misbehaviour = new Misbehaviour(this.#fake, this.#clock, this.#random.fork());
    misbehaviour.start();
    this.#watch();
    const actors = Array.from({ length: SESSIONS }, (_, index) => this.#session(index));
    const reconcilers = this.#hubs.map((hub) => this.#reconcile(hub));
    await this.#clock.advance(WORK_MS);
    this.#working = false;
    for (const wish of this.#wishes) this.#unwanted(wish);
    await this.#clock.advance(2 * MINUTE_MS);
    misbehaviour.stop();
    // Time for two rounds of the reconciler, for a container that ignores SIGTERM, and for a frozen one.
    await this.#clock.advance(2 * RECONCILE_MS + 3 * MINUTE_MS);
    const left = this.#fake.ledger.live().map(({ execution }) => execution);
    if (left.length > 0) this.#violations.push(`left alive: ${left}`);
    this.#findMistakes();
    if (this.#fake.jobs.length > 0) this.#violations.push(`left behind: ${this.#fake.jobs}`);
    await Promise.all([...actors, ...reconcilers]);
    return this.#violations;
  }

  /** Launches attempt after attempt of one session, and ends each before the next. */
  async #session(index: number): Promise<void> {
    const createdAt = EPOCH + index;
    for (let attempt = 1; this.#working; attempt++) {
      await this.#pause(2_000, 60_000);
      if (!this.#working) return;
      const spec = specOf({ sessionId: `s-${index}`, userId: `u-${index}`, attempt, createdAt });
      const ref = { ...spec, jobName: jobNameOf(spec) };
      const wish = { spec, ref, unwantedSince: Number.POSITIVE_INFINITY, goneSince: 0 };
      this.#wishes.push(wish);
      const tries = Array.from({ length: this.#random.int(1, 3) }, () => this.#launch(spec));
      await Promise.all(tries);
      await this.#pause(1_000, 3 * MINUTE_MS);
      // A hub that is late requests the end of the previous attempt once more.
      const before = this.#wishes.find((one) => one.ref.jobName === ref.jobName && one !== wish);
      if (before && this.#random.chance(0.5)) await this.#end(before);
      this.#unwanted(wish);
      while (!(await this.#end(wish))) await this.#pause(500, 20_000);
    }
  }

  async #launch(spec: LaunchSpec): Promise<void> {
    await this.#pause(1, 5_000);
    const launched = await this.#tried(this.#hub().launch(spec));
    this.counts[launched ? 'launched' : 'failed']++;
  }

  /** Returns true if the end was proven. */
  async #end(wish: Wish): Promise<boolean> {
    const asked = this.#fake.now();
    const result = await this.#tried(this.#hub().end(wish.ref));
    if (result !== 'gone') return false;
    this.counts.gone++;
    wish.goneSince = asked;
    // A late call may create the job again after the proof.
    const live = this.#live(wish.ref).filter(({ jobCreatedAt }) => jobCreatedAt < asked);
    if (live.length > 0) this.#violations.push(`called gone, but alive: ${live[0]!.execution}`);
    return true;
  }

  async #reconcile(hub: CloudRunJobs): Promise<void> {
    for (;;) {
      const asked = this.#fake.now();
      const before = this.#fake.ledger.live().filter(({ createdAt }) => createdAt < asked - MOST_LAG_MS);
      const listed = await this.#tried(hub.list(PLACE));
      if (listed) {
        this.counts.listed++;
        for (const entry of before) {
          const owner = ownerIn(SETTINGS.deployment, entry.labels)!;
          const shown = listed.some(
            ({ sessionId, attempt }) => sessionId === owner.sessionId && attempt === owner.attempt,
          );
          if (!shown && entry.endedAt === undefined && !this.#hasVanished(entry))
            this.#violations.push(`not listed: ${entry.execution}`);
        }
        const unwanted = listed.filter((one) => (this.#wishOf(one)?.unwantedSince ?? 0) <= asked);
        await Promise.all(unwanted.map((one) => this.#tried(hub.end(one))));
      }
      if (!this.#working && this.#fake.jobs.length === 0 && this.#fake.ledger.live().length === 0) return;
      await new Promise<void>((done) => this.#clock.after(this.#working ? RECONCILE_MS : 5_000, done));
    }
  }

  /** Checks the fake's record at short intervals. */
  #watch(): void {
    const seen = new Set<string>();
    for (const entry of this.#fake.ledger.live()) {
      const owner = ownerIn(SETTINGS.deployment, entry.labels)!;
      const key = `${owner.sessionId} ${owner.attempt}`;
      if (seen.has(key)) this.#violations.push(`two of ${key}`);
      seen.add(key);
    }
    this.#clock.after(500, () => this.#watch());
  }

  #findMistakes(): void {
    for (const entry of this.#fake.ledger.entries) {
      const wish = this.#wishOf(ownerIn(SETTINGS.deployment, entry.labels)!);
      if (entry.outcome === 'cancelled' && entry.endedAt! < wish!.unwantedSince)
        this.#violations.push(`ended by mistake: ${entry.execution}`);
      if (entry.jobCreatedAt < wish!.goneSince && entry.createdAt > wish!.goneSince)
        this.#violations.push(`called gone, then started: ${entry.execution}`);
    }
  }

  #unwanted(wish: Wish): void {
    wish.unwantedSince = Math.min(wish.unwantedSince, this.#fake.now());
  }

  #live({ sessionId, attempt }: JobRef): Entry[] {
    return this.#fake.ledger.live().filter(({ labels }) => {
      const owner = ownerIn(SETTINGS.deployment, labels)!;
      return owner.sessionId === sessionId && owner.attempt === attempt;
    });
  }

  /** Returns true if Cloud Run does not show this execution any more, because its job was deleted while it ran. */
  #hasVanished({ execution }: Entry): boolean {
    return !this.#fake.executions.has(execution);
  }

  #wishOf({ sessionId, attempt }: { sessionId: string; attempt: number }): Wish | undefined {
    return this.#wishes.find(({ ref }) => ref.sessionId === sessionId && ref.attempt === attempt);
  }

  #hub(): CloudRunJobs {
    return this.#random.pick(this.#hubs);
  }

  #pause(from: number, to: number): Promise<void> {
    return new Promise((done) => this.#clock.after(this.#random.scaled(from, to), done));
  }

  /** Failures are expected here, but their messages must be readable for people. */
  async #tried<T>(work: Promise<T>): Promise<T | undefined> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof UniCoreError)) this.#violations.push(`unexplained: ${error}`);
      return undefined;
    }
  }
}

test('the ledger shows no second desktop, no leak and none ended by mistake', async () => {
  const totals = { launched: 0, failed: 0, gone: 0, listed: 0 };
  for (let seed = 1; seed <= SCHEDULES; seed++) {
    const schedule = new Schedule(seed);
    expect({ seed, violations: (await schedule.run()).slice(0, 3) }).toEqual({ seed, violations: [] });
    for (const key of Object.keys(totals) as (keyof typeof totals)[]) totals[key] += schedule.counts[key];
  }
  // Schedules in which little happens would prove nothing.
  expect(totals.gone).toBeGreaterThan(10 * SCHEDULES);
  expect(totals.listed).toBeGreaterThan(5 * SCHEDULES);
  expect(totals.failed).toBeGreaterThan(SCHEDULES / 4);
});
