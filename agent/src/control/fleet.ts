/**
 * All VMs of this provider. The fleet passes orders and engine events to one worker per VM, and reports the
 * VM states that the workers observe.
 */
import type { Clock, UniCoreError } from '@unicore/protocol';
import type { VmObserved, VmOrder } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import type { Runtime, RuntimeListener } from '../runtime/index.ts';
import { type Entry, SavedOrders } from './saved-orders.ts';
import { VmWorker } from './vm-worker.ts';

export interface FleetOptions {
  agentDir: string;
  runtime: Runtime;
  clock: Clock;
  random: () => number;
  log: Logger;
  /** Called when the observed state of one VM has changed. */
  changed(vm: VmObserved): void;
}

export class Fleet implements RuntimeListener {
  readonly #options: FleetOptions;
  readonly #orders: SavedOrders;
  readonly #workers = new Map<string, VmWorker>();
  /**
   * VMs that exist on this machine without an order, perhaps because the agent's folder was restored from a
   * backup. The agent reports these VMs, but does not change them.
   */
  #strays = new Map<string, VmObserved>();
  #unwatch: () => void = () => undefined;

  private constructor(options: FleetOptions, orders: SavedOrders) {
    this.#options = options;
    this.#orders = orders;
    for (const entry of orders.entries()) this.#addWorker(entry);
  }

  /** Loads the orders that an earlier run of the agent saved. */
  static async load(options: FleetOptions): Promise<Fleet> {
    return new Fleet(options, await SavedOrders.load(options.agentDir));
  }

  /**
   * Resumes carrying out the hub's orders as soon as the runtime answers. Resolves when the state of every VM
   * is known, or when the runtime is unavailable.
   */
  async start(): Promise<void> {
    this.#unwatch = this.#options.runtime.watch(this);
    await Promise.all([...this.#workers.values()].map(({ looked }) => looked));
  }

  /**
   * Resolves when the orders are saved. If the disk is full, the failure is only logged. The orders are
   * carried out later, and their results are reported to the hub.
   */
  async apply(orders: VmOrder[]): Promise<void> {
    const fresh = orders.filter((order) => this.#accepts(order));
    if (fresh.length === 0) return;
    for (const order of fresh) this.#orders.set({ order, failure: null });
    await this.#save();
    for (const order of fresh) {
      this.#strays.delete(order.vmId);
      const worker = this.#workers.get(order.vmId);
      if (worker) worker.apply(order);
      else this.#addWorker({ order, failure: null }).look();
    }
  }

  observed(): VmObserved[] {
    return [...this.#strays.values(), ...[...this.#workers.values()].map(({ observed }) => observed)];
  }

  /**
   * Returns true if the VM runs in generation `gen`. Only then may a terminal be opened in the VM. The
   * generation increases each time the hub assigns the VM to a provider.
   */
  runs(vmId: string, gen: number): boolean {
    const observed = this.#workers.get(vmId)?.observed;
    return observed?.gen === gen && observed.phase === 'running';
  }

  get running(): number {
    return this.observed().filter(({ phase }) => phase === 'running').length;
  }

  /**
   * Stops all workers. Resolves when the orders are saved for the next run of the agent. VMs keep running.
   */
  async close(): Promise<void> {
    this.#unwatch();
    for (const worker of this.#workers.values()) worker.close();
    await this.#save();
  }

  // ---- RuntimeListener

  changed(vmId: string, gen: number): void {
    const worker = this.#workers.get(vmId);
    if (worker?.order.gen === gen) worker.look();
  }

  outOfMemory(vmId: string, gen: number): void {
    const worker = this.#workers.get(vmId);
    if (worker?.order.gen === gen) worker.outOfMemory();
  }

  unavailable(error: UniCoreError): void {
    this.#options.log.warn({ code: error.code }, error.message);
    for (const worker of this.#workers.values()) worker.unavailable(error);
  }

  available(): void {
    this.#options.log.info({ runtime: this.#options.runtime.kind }, 'the runtime answers');
    for (const worker of this.#workers.values()) worker.look();
    this.#findStrays().catch((error: unknown) =>
      this.#options.log.warn({ err: error }, 'the runtime could not list its VMs'),
    );
  }

  // ---- private

  #accepts(order: VmOrder): boolean {
    const worker = this.#workers.get(order.vmId);
    if (worker) return worker.accepts(order);
    return order.gen >= (this.#strays.get(order.vmId)?.gen ?? 0);
  }

  #addWorker(entry: Entry): VmWorker {
    const { runtime, clock, random, log } = this.#options;
    const { vmId } = entry.order;
    const worker = new VmWorker({
      entry,
      runtime,
      clock,
      random,
      changed: (observed) => {
        log.info({ vm: vmId, gen: observed.gen, code: observed.code ?? undefined }, `VM ${observed.phase}`);
        if (observed.phase === 'deleted') this.#forget(vmId, worker);
        this.#options.changed(observed);
      },
      failed: (failure) => {
        // A newer order has replaced the order that failed. Do not save this failure, since it would
        // overwrite the newer order.
        if (this.#orders.get(vmId)?.order !== worker.order) return;
        this.#orders.set({ order: worker.order, failure });
        void this.#save();
      },
    });
    this.#workers.set(vmId, worker);
    return worker;
  }

  /**
   * Removes a deleted VM from the fleet. If the hub does not get the report of the deletion, it orders the
   * deletion again. Deleting the VM again does no harm.
   */
  #forget(vmId: string, worker: VmWorker): void {
    if (this.#orders.get(vmId)?.order !== worker.order) return;
    worker.close();
    this.#workers.delete(vmId);
    this.#orders.delete(vmId);
    void this.#save();
  }

  /**
   * Saves the orders. A failed write is only logged, since the hub sends its orders again to the next run of
   * the agent.
   */
  async #save(): Promise<void> {
    try {
      await this.#orders.save();
    } catch (error) {
      this.#options.log.error({ err: error }, 'vms.json could not be written');
    }
  }

  async #findStrays(): Promise<void> {
    const strays = new Map<string, VmObserved>();
    for (const { vmId, gen, running } of await this.#options.runtime.list()) {
      if (this.#workers.has(vmId)) continue;
      strays.set(vmId, { vmId, gen, phase: running ? 'running' : 'stopped', code: null, reason: null });
    }
    this.#strays = strays;
    for (const stray of strays.values()) this.#options.changed(stray);
  }
}
