/**
 * Makes the fake of Cloud Run misbehave at random: it adds or removes a fault every few seconds. The same seed
 * repeats the same faults.
 */
import type { Clock } from '@unicore/protocol';
import type { Random } from '@unicore/protocol/sim';
import type { FakeCloudRun } from './fake-cloud-run.ts';
import type { Method } from './faults.ts';

const CHANGES: readonly Method[] = ['CreateJob', 'CancelExecution', 'DeleteJob'];
const READS: readonly Method[] = ['GetJob', 'ListJobs', 'GetExecution', 'ListExecutions'];
const CODES = ['UNAVAILABLE', 'INTERNAL', 'RESOURCE_EXHAUSTED', 'DEADLINE_EXCEEDED', 'ABORTED'] as const;
/** Maximum age of the state that lists show, ms. */
export const MOST_LAG_MS = 20_000;

export class Misbehaviour {
  readonly #fake: FakeCloudRun;
  readonly #clock: Clock;
  readonly #random: Random;
  #stop: (() => void) | undefined;

  constructor(fake: FakeCloudRun, clock: Clock, random: Random) {
    this.#fake = fake;
    this.#clock = clock;
    this.#random = random;
  }

  start(): void {
    this.#stop = this.#clock.after(this.#random.scaled(500, 15_000), () => {
      this.#misbehave();
      this.start();
    });
  }

  /** Ends all misbehaviour. */
  stop(): void {
    this.#stop?.();
    this.#fake.faults.clear();
  }

  #misbehave(): void {
    const random = this.#random;
    const { faults } = this.#fake;
    const method = () => random.pick([...CHANGES, ...READS]);
    const running = [...this.#fake.executions.values()].filter((execution) => execution.isRunning);
    const some: readonly (() => void)[] = [
      () => faults.loseReplies(random.int(1, 3), random.pick(CHANGES)),
      () => faults.loseRequests(random.int(1, 3), method()),
      () => faults.refuse(random.pick(CODES), random.int(1, 5), method()),
      () => faults.hang(random.int(1, 2), method()),
      () => faults.late(random.scaled(100, 40_000), 1, random.pick(CHANGES)),
      () => faults.nextStart({ createMs: random.scaled(10, 30_000) }),
      () => faults.nextStart({ delayMs: random.scaled(100, 300_000), waiting: 'Quota exceeded.' }),
      () => faults.nextStart({ fail: { message: 'Image not found.', reason: 'CONTAINER_MISSING' } }),
      () => faults.nextStart({ dieMs: random.scaled(10, 60_000) }),
      () => faults.nextCancel('ignore', ...(random.chance(0.5) ? (['ignore'] as const) : [])),
      () => faults.nextCancel('kill'),
      () => {
        faults.deleteWhileLive = random.pick(['refuse', 'fail', 'vanish']);
      },
      () => {
        faults.lagMs = random.below(MOST_LAG_MS);
      },
      () => {
        faults.keepMs = random.scaled(1_000, 1_000_000);
      },
      () => {
        faults.deletionMs = random.scaled(10, 10_000);
      },
      () => running.length > 0 && void random.pick(running).maintain(),
      () => running.length > 0 && random.pick(running).die(),
      () => faults.clear(),
    ];
    random.pick(some)();
  }
}
