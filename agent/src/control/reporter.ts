/** Tells the hub what is seen: everything when it connects, then what changed, one report at a time. */
import type { Clock } from '@unicore/protocol';
import type { HubMethods, VmObserved } from '@unicore/protocol/control';
import type { Logger } from 'pino';

/** A hub that could not take a report is told everything again after this long. */
const RETRY_MS = 1_000;

export interface ReporterOptions {
  clock: Clock;
  log: Logger;
  /** Everything that is seen now. */
  whole(): VmObserved[];
}

export class Reporter {
  readonly #options: ReporterOptions;
  /** The newest of each VM; older ones that were not sent yet are of no use. */
  #changed = new Map<string, VmObserved>();
  #hub: HubMethods | undefined;
  #toldAll = false;
  #sending = false;
  #cancelRetry: (() => void) | undefined;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  connect(hub: HubMethods): void {
    this.#hub = hub;
    this.#toldAll = false;
    this.#flush();
  }

  /** Only the hub that was connected last counts. */
  disconnect(hub: HubMethods): void {
    if (this.#hub !== hub) return;
    this.#hub = undefined;
    this.#cancelRetry?.();
  }

  changed(vm: VmObserved): void {
    this.#changed.set(vm.vmId, vm);
    this.#flush();
  }

  #flush(): void {
    if (!this.#sending) void this.#send();
  }

  async #send(): Promise<void> {
    this.#sending = true;
    while (this.#hub && (!this.#toldAll || this.#changed.size > 0)) {
      const hub = this.#hub;
      const whole = !this.#toldAll;
      const vms = whole ? this.#withEnded() : [...this.#changed.values()];
      this.#changed = new Map();
      this.#toldAll = true;
      try {
        await hub.observed({ whole, vms });
      } catch (error) {
        if (hub !== this.#hub) continue;
        this.#toldAll = false;
        this.#options.log.warn({ err: error }, 'the hub did not take a report');
        this.#cancelRetry = this.#options.clock.after(RETRY_MS, () => this.#flush());
        break;
      }
    }
    this.#sending = false;
  }

  /** What was deleted meanwhile is no longer seen, but the hub waits to hear of it. */
  #withEnded(): VmObserved[] {
    const ended = [...this.#changed.values()].filter(({ phase }) => phase === 'deleted');
    return [...ended, ...this.#options.whole()];
  }
}
