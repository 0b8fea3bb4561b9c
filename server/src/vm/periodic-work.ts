/**
 * What one hub does for all every few seconds, so that what a hub had begun when it died does not wait for somebody to
 * press a button: VMs that wait are looked at, and changes that perhaps nobody was told are told again.
 */
import type { Clock } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { Backplane } from '../backplane/index.ts';
import type { HubEvents } from '../events/index.ts';
import type { Phase, Store } from '../store/index.ts';
import type { Placer } from './placer.ts';

const EVERY_MS = 5_000;
/** Two may be missed. */
const LEASE_MS = 12_000;
/** Every so many times; each VM that is found costs a read. */
const TELL_EVERY = 12;
/** An order takes effect sooner, if its provider was told. */
const LATE_MS = 20_000;
/** Its provider is away, then, and gets all its orders when it comes. */
const GIVEN_UP_MS = 10 * 60_000;
/** What the provider must do something about. */
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
      this.#do().catch((error: unknown) => this.#deps.log.error({ err: error }, 'chores failed'));
      this.start();
    });
  }

  stop(): void {
    this.#cancel();
  }

  async #do(): Promise<void> {
    // Where hubs cannot reach one another each of them does it: that costs some reads, and harms nothing.
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
