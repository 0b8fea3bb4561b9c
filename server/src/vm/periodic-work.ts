/**
 * Periodic work that one hub does for all hubs every few seconds. The hub places queued VMs. It also
 * announces a VM again if the VM's provider has not carried out an order, such as to start or stop the VM.
 * The hub that should have sent the order may have died.
 */
import type { Clock } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { Backplane } from '../backplane/index.ts';
import type { HubEvents } from '../events/index.ts';
import type { Phase, Store } from '../store/index.ts';
import type { Placer } from './placer.ts';

const EVERY_MS = 5_000;
/**
 * Duration of the lease of the hub that does the periodic work, ms. The hub may miss two rounds before
 * another hub takes over.
 */
const LEASE_MS = 12_000;
/**
 * The periodic work runs in rounds. Only once in this many rounds, the hub looks for VMs whose provider has
 * not carried out its order, because it must read each such VM from the store.
 */
const TELL_EVERY = 12;
/**
 * An order to a provider counts as lost if it had no effect for this long, ms. A provider that has received
 * an order reacts sooner.
 */
const LATE_MS = 20_000;
/**
 * An order to a provider is not sent again if it was created longer ago than this, ms. The provider is
 * probably offline, and a provider gets all orders when it reconnects.
 */
const GIVEN_UP_MS = 10 * 60_000;
/** The phases of a VM in which its provider must carry out an order, such as to start or delete the VM. */
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
    // If the backplane is unreachable, every hub does the periodic work. This is harmless and costs only some
    // extra reads.
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
