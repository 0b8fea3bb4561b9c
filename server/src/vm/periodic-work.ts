/**
 * Work that one hub does for all hubs every few seconds. It finishes what a hub left undone when it died: it places
 * queued VMs, and sends again the events of orders that took no effect.
 */
import type { Clock } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { Backplane } from '../backplane/index.ts';
import type { HubEvents } from '../events/index.ts';
import type { Phase, Store } from '../store/index.ts';
import type { Placer } from './placer.ts';

const EVERY_MS = 5_000;
/** Lease of the hub that does the work: it may miss two turns. */
const LEASE_MS = 12_000;
/** Events of orders without effect are repeated once in this many turns, since each VM costs a read of the store. */
const TELL_EVERY = 12;
/** Age after which an order counts as lost; it takes effect sooner if its provider received it. */
const LATE_MS = 20_000;
/** Age after which an order is not sent again: its provider is away, and gets all orders when it reconnects. */
const GIVEN_UP_MS = 10 * 60_000;
/** Phases in which the provider has an order to carry out. */
const ORDERED: Phase[] = ['assigned', 'stopping', 'deleting'];

export interface PeriodicWorkDeps {
  store: Store;
  backplane: Backplane;
  events: HubEvents;
  placer: Placer;
  clock: Clock;
  log: Logger;
  /** Milliseconds since 1970. */
  now: () => number;
}

export class PeriodicWork {
  readonly #deps: PeriodicWorkDeps;
  #turn = 0;
  #cancel: () => void = () => {};

  constructor(deps: PeriodicWorkDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#cancel = this.#deps.clock.after(EVERY_MS, () => {
      this.#do().catch((error: unknown) => this.#deps.log.error({ err: error }, 'periodic work failed'));
      this.start();
    });
  }

  stop(): void {
    this.#cancel();
  }

  async #do(): Promise<void> {
    // While hubs cannot reach one another each of them does the work: that costs some reads, and is harmless.
    if (!(await this.#deps.backplane.leases.hold('chores', LEASE_MS).catch(() => true))) return;
    this.#turn += 1;
    await this.#deps.placer.run();
    if (this.#turn % TELL_EVERY === 0) await this.#tellAgain();
  }

  async #tellAgain(): Promise<void> {
    const { store, events, now } = this.#deps;
    for (const phase of ORDERED) {
      for (const vm of await store.vms({ phase })) {
        const age = now() - vm.updatedAt;
        if (age > LATE_MS && age < GIVEN_UP_MS) events.tell('vm', vm);
      }
    }
  }
}
