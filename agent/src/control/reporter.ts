/**
 * Reports VMs or desktops to the hub: all of them after each connect, then only changes. The next report waits
 * for the answer to the previous one.
 */
import type { Clock } from '@unicore/protocol';
import type { DesktopObserved, HubMethods, VmObserved } from '@unicore/protocol/control';
import type { Logger } from 'pino';

/** Pause after a failed report, in ms. The report after the pause is a whole one. */
const RETRY_MS = 1_000;

/** What one reporter reports: `Seen` is the observed state of a VM or of a desktop. */
interface Subject<Seen> {
  idOf(seen: Seen): string;
  /** True if nothing of it is left. The hub waits for a report of that. */
  isGone(seen: Seen): boolean;
  tell(hub: HubMethods, whole: boolean, seen: Seen[]): Promise<void>;
}

export interface ReporterOptions<Seen> {
  clock: Clock;
  log: Logger;
  /** Returns the observed state of all VMs or desktops. */
  whole(): Seen[];
}

export function vmReporter(options: ReporterOptions<VmObserved>): Reporter<VmObserved> {
  return new Reporter(options, {
    idOf: ({ vmId }) => vmId,
    isGone: ({ phase }) => phase === 'deleted',
    tell: (hub, whole, vms) => hub.observed({ whole, vms }),
  });
}

export function desktopReporter(options: ReporterOptions<DesktopObserved>): Reporter<DesktopObserved> {
  return new Reporter(options, {
    // Two starts of one session may be there for a moment: the older one ends before the newer one starts.
    idOf: ({ sessionId, attempt }) => `${sessionId} ${attempt}`,
    isGone: ({ phase }) => phase === 'ended' || phase === 'failed',
    tell: (hub, whole, desktops) => hub.observedDesktops({ whole, desktops }),
  });
}

export class Reporter<Seen> {
  readonly #options: ReporterOptions<Seen>;
  readonly #subject: Subject<Seen>;
  /** The newest state of each VM or desktop whose change is not reported yet. */
  #changed = new Map<string, Seen>();
  #hub: HubMethods | undefined;
  #toldAll = false;
  #sending = false;
  #cancelRetry: (() => void) | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(options: ReporterOptions<Seen>, subject: Subject<Seen>) {
    this.#options = options;
    this.#subject = subject;
  }

  connect(hub: HubMethods): void {
    this.#hub = hub;
    this.#toldAll = false;
    this.#flush();
  }

  /** Stops reporting on this connection to the hub. Does nothing if a newer connection is already in use. */
  disconnect(hub: HubMethods): void {
    if (this.#hub !== hub) return;
    this.#hub = undefined;
    this.#cancelRetry?.();
  }

  changed(seen: Seen): void {
    this.#changed.set(this.#subject.idOf(seen), seen);
    this.#flush();
  }

  /** Resolves when the hub has taken all reports. */
  async settled(): Promise<void> {
    if (this.#sending || this.#isBehind) await new Promise<void>((done) => this.#waiting.add(done));
  }

  get #isBehind(): boolean {
    return !this.#toldAll || this.#changed.size > 0;
  }

  #flush(): void {
    if (!this.#sending) void this.#send();
  }

  async #send(): Promise<void> {
    this.#sending = true;
    while (this.#hub && this.#isBehind) {
      const hub = this.#hub;
      const whole = !this.#toldAll;
      const seen = whole ? this.#withGone() : [...this.#changed.values()];
      this.#changed = new Map();
      this.#toldAll = true;
      try {
        await this.#subject.tell(hub, whole, seen);
      } catch (error) {
        if (hub !== this.#hub) continue;
        this.#toldAll = false;
        this.#options.log.warn({ err: error }, 'the hub did not take a report');
        this.#cancelRetry = this.#options.clock.after(RETRY_MS, () => this.#flush());
        break;
      }
    }
    this.#sending = false;
    if (this.#isBehind) return;
    for (const done of this.#waiting) done();
    this.#waiting.clear();
  }

  /**
   * Returns all VMs or desktops, and those that went since the last report. What is gone is no longer observed,
   * but the hub waits for a report of that.
   */
  #withGone(): Seen[] {
    const { idOf, isGone } = this.#subject;
    const all = this.#options.whole();
    const there = new Set(all.map(idOf));
    const gone = [...this.#changed.values()].filter((seen) => isGone(seen) && !there.has(idOf(seen)));
    return [...gone, ...all];
  }
}
