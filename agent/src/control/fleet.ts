/** All VMs of this provider: gives each its orders and the engine's news, and says what is seen. */
import type { Clock, UniCoreError } from '@unicore/protocol';
import type { VmObserved, VmOrder } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import type { Runtime, RuntimeListener } from '../runtime/index.ts';
import { type Entry, OrderBook } from './order-book.ts';
import { VmWorker } from './vm-worker.ts';

export interface FleetOptions {
  agentDir: string;
  runtime: Runtime;
  clock: Clock;
  random: () => number;
  log: Logger;
  /** One VM looks different than before. */
  changed(vm: VmObserved): void;
}

export class Fleet implements RuntimeListener {
  readonly #options: FleetOptions;
  readonly #book: OrderBook;
  readonly #workers = new Map<string, VmWorker>();
  /** Here, but never ordered (the folder was restored, perhaps): left alone and reported. */
  #strays = new Map<string, VmObserved>();
  #unwatch: () => void = () => undefined;

  private constructor(options: FleetOptions, book: OrderBook) {
    this.#options = options;
    this.#book = book;
    for (const entry of book.entries()) this.#employ(entry);
  }

  /** Knows what an earlier run of the agent was ordered. */
  static async load(options: FleetOptions): Promise<Fleet> {
    return new Fleet(options, await OrderBook.load(options.agentDir));
  }

  /** Goes on with the VMs as soon as the runtime answers. Resolves when it is known of each how it is. */
  async start(): Promise<void> {
    this.#unwatch = this.#options.runtime.watch(this);
    await Promise.all([...this.#workers.values()].map(({ looked }) => looked));
  }

  /** Resolves when the orders are on the disk, if it takes them; carrying them out takes its time and is reported. */
  async apply(orders: VmOrder[]): Promise<void> {
    const fresh = orders.filter((order) => this.#accepts(order));
    if (fresh.length === 0) return;
    for (const order of fresh) this.#book.set({ order, failure: null });
    await this.#save();
    for (const order of fresh) {
      this.#strays.delete(order.vmId);
      const worker = this.#workers.get(order.vmId);
      if (worker) worker.apply(order);
      else this.#employ({ order, failure: null }).look();
    }
  }

  observed(): VmObserved[] {
    return [...this.#strays.values(), ...[...this.#workers.values()].map(({ observed }) => observed)];
  }

  /** Whether a terminal may be opened in this generation of the VM now. */
  runs(vmId: string, gen: number): boolean {
    const observed = this.#workers.get(vmId)?.observed;
    return observed?.gen === gen && observed.phase === 'running';
  }

  get running(): number {
    return this.observed().filter(({ phase }) => phase === 'running').length;
  }

  /** Resolves when what the next run has to know is on the disk. VMs go on. */
  async close(): Promise<void> {
    this.#unwatch();
    for (const worker of this.#workers.values()) worker.close();
    await this.#save();
  }

  // ---- what the runtime says

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

  // ---- inside

  #accepts(order: VmOrder): boolean {
    const worker = this.#workers.get(order.vmId);
    if (worker) return worker.accepts(order);
    return order.gen >= (this.#strays.get(order.vmId)?.gen ?? 0);
  }

  #employ(entry: Entry): VmWorker {
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
        // A newer order may be written down already, and be told to the worker next.
        if (this.#book.get(vmId)?.order !== worker.order) return;
        this.#book.set({ order: worker.order, failure });
        void this.#save();
      },
    });
    this.#workers.set(vmId, worker);
    return worker;
  }

  /** The hub repeats the order if it did not hear of the end, and then it is carried out on nothing. */
  #forget(vmId: string, worker: VmWorker): void {
    if (this.#book.get(vmId)?.order !== worker.order) return;
    worker.close();
    this.#workers.delete(vmId);
    this.#book.delete(vmId);
    void this.#save();
  }

  /** What a full disk keeps from being written down, the hub says again to the next run. */
  async #save(): Promise<void> {
    try {
      await this.#book.save();
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
