/**
 * Desktops that are ending and whose machine does not answer: it is off or was installed again, or Cloud
 * Run does not answer for their place. Each desktop also has a deadline that it keeps by itself. When that has
 * passed, nothing of it is left.
 */
import type { Presence } from '../provider/index.ts';
import type { DesktopRow, Store } from '../store/index.ts';
import { type DesktopLimits, taskMs } from './limits.ts';
import { type DesktopWriter, keyOf } from './writer.ts';

/** An end that takes longer than this is explained to the desktop's user, ms. */
const LONG_MS = 60_000;
/** Time that a desktop may take to end after its deadline, and by which clocks may differ, ms. */
const SPARE_MS = 10 * 60_000;

export interface UnheardDesktopsDeps {
  store: Store;
  presence: Presence;
  writer: DesktopWriter;
  limits: DesktopLimits;
  /** The longest life of a desktop, ms. */
  mostMs: number;
  /** True if this hub asks Cloud Run itself. */
  asksCloudRun: boolean;
  /** Milliseconds since 1970. */
  now: () => number;
}

export class UnheardDesktops {
  readonly #deps: UnheardDesktopsDeps;

  constructor(deps: UnheardDesktopsDeps) {
    this.#deps = deps;
  }

  /** Ends a desktop whose machine is not heard, if its own deadline has passed. */
  async look(row: DesktopRow): Promise<void> {
    if (this.#isDue(row) && (await this.#isUnheard(row))) await this.end(row);
  }

  /**
   * Ends a desktop of which nothing can be heard, if its own deadline has passed. Returns true if it is over then.
   */
  async end(row: DesktopRow): Promise<boolean> {
    if (!this.#isDue(row)) return false;
    const proof = PROOF[row.launcher];
    const why = { code: 'CONTAINER_LOST', reason: 'Nothing is heard of it any more.' };
    return (await this.#deps.writer.apply(keyOf(row), 'ended', () => why, { proof })).fits;
  }

  /** Says what the end of a desktop waits for, and until when at most. Returns undefined if it has just begun. */
  async explain(row: DesktopRow): Promise<string | undefined> {
    const { store, now } = this.#deps;
    const { launcher, providerId, place, phaseAt } = row;
    if (now() - phaseAt < LONG_MS) return undefined;
    const until = `${new Date(this.#overAt(row)).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
    if (launcher === 'cloud-run')
      return `Cloud Run has not confirmed its end in ${place}. If Cloud Run does not answer, it counts as ended at ${until}.`;
    const provider = providerId === null ? undefined : await store.provider(providerId);
    const name = provider?.name ?? providerId;
    return (await this.#isUnheard(row))
      ? `Its machine ${name} is not heard. Start the agent there again, or wait until ${until}: then it has ended by its own deadline.`
      : `Its machine ${name} has not ended it yet. The agent there logs why.`;
  }

  async #isUnheard({ launcher, providerId }: DesktopRow): Promise<boolean> {
    const { presence, asksCloudRun } = this.#deps;
    if (launcher === 'cloud-run') return !asksCloudRun;
    return providerId !== null && (await presence.lookAt(providerId)).suspect;
  }

  #isDue(row: DesktopRow): boolean {
    return row.phase === 'ending' && this.#deps.now() >= this.#overAt(row);
  }

  /** When nothing of a desktop that is ending can be left, ms since 1970. Its container may start until it ends. */
  #overAt(row: DesktopRow): number {
    const { limits, mostMs } = this.#deps;
    const startedAt = row.startedAt ?? row.phaseAt + limits.bootMs;
    return startedAt + (row.launcher === 'cloud-run' ? taskMs(row, mostMs) : row.lifeMs) + SPARE_MS;
  }
}

const PROOF: Record<DesktopRow['launcher'], string> = {
  docker: 'Its machine is not heard. The deadline by which its container ends itself has passed.',
  process: 'Its machine is not heard. The deadline by which its processes end themselves has passed.',
  'cloud-run': 'Cloud Run does not answer. The time limit of its task has passed.',
};
