/**
 * Reports the VMs to the hub: all VMs after each connect, then only changes. The next report waits for the
 * answer to the previous one.
 */
import type { Clock } from '@unicore/protocol';
import type { HubMethods, VmObserved } from '@unicore/protocol/control';
import type { Logger } from 'pino';

/** Pause after a failed report, in ms. The report after the pause contains all VMs. */
const RETRY_MS = 1_000;

export interface ReporterOptions {
  clock: Clock;
  log: Logger;
  /** Returns the observed state of all VMs. */
  whole(): VmObserved[];
}

export class Reporter {
  readonly #options: ReporterOptions;
  /** The newest state of each VM whose change is not reported yet. */
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

  /** Stops reporting on this connection to the hub. Does nothing if a newer connection is already in use. */
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

  /**
   * Returns all VMs, and the VMs that were deleted since the last report. Deleted VMs are no longer observed,
   * but the hub waits for a report of their deletion.
   */
  #withEnded(): VmObserved[] {
    const ended = [...this.#changed.values()].filter(({ phase }) => phase === 'deleted');
    return [...ended, ...this.#options.whole()];
  }
}
