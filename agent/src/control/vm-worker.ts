/**
 * Brings one VM into the state that the last order asks for, one step at a time, and reports the observed
 * state. After some failures a start is given up, since a person can press Start again. Stopping, deleting,
 * and connecting to a missing engine are retried without end.
 */
import { Backoff, type Clock, ERRORS, UniCoreError } from '@unicore/protocol';
import { SIZES, type VmObserved, type VmOrder } from '@unicore/protocol/control';
import type { Runtime } from '../runtime/index.ts';
import type { Entry, Failure } from './saved-orders.ts';

/** Number of failed attempts to start a VM after which its start is given up. */
const TRIES = 3;
const RETRY = { first: 500, most: 10_000 };
/**
 * Longest error message about a VM that the wire schema accepts, in characters. Messages of the engine may be
 * longer, and are cut.
 */
const REASON_CHARS = 1000;

/** Time for which a running VM is reported with the note that its memory was full, in ms. */
const NOTE_MS = 10 * 60_000;

type Phase = VmObserved['phase'];

const ON_THE_WAY: Record<VmOrder['desired'], Phase> = {
  running: 'starting',
  stopped: 'stopping',
  deleted: 'stopping',
};

export interface VmWorkerOptions {
  entry: Entry;
  runtime: Runtime;
  clock: Clock;
  random: () => number;
  /** Called when the observed state of the VM has changed. */
  changed(observed: VmObserved): void;
  /**
   * Called when the start of the VM is given up. The caller must save the failure, so that a restarted agent
   * does not try again.
   */
  failed(failure: Failure): void;
}

export class VmWorker {
  readonly #options: VmWorkerOptions;
  readonly #backoff: Backoff;
  #order: VmOrder;
  #observed: VmObserved;
  /**
   * The order that was carried out last. If this order is still the current one, any later change of the VM
   * came from outside UniCore.
   */
  #reached: VmOrder | undefined;
  #givenUp: boolean;
  #tries = 0;
  #busy = false;
  #again = false;
  #stopped = false;
  #cancelRetry: (() => void) | undefined;
  #cancelNote: (() => void) | undefined;
  readonly #looked = Promise.withResolvers<void>();

  constructor(options: VmWorkerOptions) {
    const { order, failure } = options.entry;
    this.#options = options;
    this.#order = order;
    this.#givenUp = failure !== null;
    this.#backoff = new Backoff({ ...RETRY, random: options.random });
    this.#observed = {
      vmId: order.vmId,
      gen: order.gen,
      phase: failure ? 'failed' : ON_THE_WAY[order.desired],
      code: failure?.code ?? null,
      reason: failure?.reason ?? null,
    };
  }

  get observed(): VmObserved {
    return this.#observed;
  }

  /**
   * Resolves when the real state of the VM is known, or when the engine is unavailable. Before that,
   * `observed` is only derived from the saved order.
   */
  get looked(): Promise<void> {
    return this.#looked.promise;
  }

  get order(): VmOrder {
    return this.#order;
  }

  /**
   * Returns true if the order is newer than the current order. The VM's generation increases each time the
   * hub assigns the VM to a provider. So an order with a lower generation is never newer.
   */
  accepts(order: VmOrder): boolean {
    const { gen, desired, attempt = 0 } = this.#order;
    if (order.gen !== gen) return order.gen > gen;
    return order.desired !== desired || (order.attempt ?? 0) > attempt;
  }

  apply(order: VmOrder): void {
    if (!this.accepts(order)) return;
    this.#order = order;
    this.#givenUp = false;
    this.#tries = 0;
    this.#backoff.reset();
    this.look();
  }

  /**
   * Compares the VM with its order, and changes the VM if necessary. If a step is running, the comparison
   * comes right after that step.
   */
  look(): void {
    this.#cancelRetry?.();
    this.#again = true;
    if (!this.#busy && !this.#stopped) void this.#run();
  }

  /** Called when the engine does not answer. When the engine answers again, the caller must call look(). */
  unavailable(error: UniCoreError): void {
    this.#looked.resolve();
    if (this.#givenUp || this.#order.desired !== 'running') return;
    this.#reached = undefined;
    this.#say('failed', error);
  }

  outOfMemory(): void {
    if (this.#observed.phase !== 'running') return;
    const mib = SIZES[this.#order.size].memory / 2 ** 20;
    this.#say('running', undefined, `A program was ended because the VM's memory (${mib} MiB) was full.`);
    this.#cancelNote?.();
    this.#cancelNote = this.#options.clock.after(NOTE_MS, () => {
      if (this.#observed.phase === 'running') this.#say('running');
    });
  }

  close(): void {
    this.#stopped = true;
    this.#cancelRetry?.();
    this.#cancelNote?.();
  }

  async #run(): Promise<void> {
    this.#busy = true;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      const order = this.#order;
      try {
        if (this.#givenUp) continue;
        if (this.#reached === order) await this.#check(order);
        else await this.#reach(order);
      } catch (error) {
        // Ignore the failure of an order that a newer order has replaced.
        if (order === this.#order) this.#failed(order, asUniCoreError(error));
      }
    }
    this.#busy = false;
    this.#looked.resolve();
  }

  async #reach(order: VmOrder): Promise<void> {
    const { runtime } = this.#options;
    const { vmId, gen, image, size } = order;
    if (order.desired === 'running') {
      // A VM may have kept running while the agent restarted. Such a VM is not reported as "starting".
      const { state } = await runtime.find(vmId, gen);
      if (state !== 'running') this.#say('starting');
      await runtime.start({ vmId, gen, image, size });
    } else {
      this.#say('stopping');
      await (order.desired === 'stopped' ? runtime.stop(vmId) : runtime.remove(vmId));
    }
    this.#tries = 0;
    this.#backoff.reset();
    if (order !== this.#order) return;
    this.#reached = order;
    this.#say(order.desired);
  }

  /**
   * Checks a VM that should be running. If the VM does not run, something other than the agent has ended it.
   */
  async #check({ vmId, gen, desired }: VmOrder): Promise<void> {
    if (desired !== 'running') return;
    const presence = await this.#options.runtime.find(vmId, gen);
    if (presence.state === 'running') return;
    const [what, remedy] =
      presence.state === 'absent'
        ? ['removed outside UniCore', 'press Start to make a new one']
        : [`ended outside UniCore (${presence.exit})`, 'press Start to run it again'];
    throw new UniCoreError('CONTAINER_LOST', `The container was ${what}. Its files are safe; ${remedy}.`);
  }

  #failed(order: VmOrder, error: UniCoreError): void {
    this.#reached = undefined;
    const gone = error.code === 'RUNTIME_UNAVAILABLE';
    const hopeless = !ERRORS[error.code].retry || ++this.#tries >= TRIES;
    if (order.desired === 'running' && hopeless && !gone) {
      this.#givenUp = true;
      this.#say('failed', error);
      this.#options.failed({ code: error.code, reason: this.#observed.reason ?? '' });
      return;
    }
    this.#say(gone || hopeless ? 'failed' : ON_THE_WAY[order.desired], error);
    this.#cancelRetry = this.#options.clock.after(this.#backoff.next(), () => this.look());
  }

  #say(phase: Phase, error?: UniCoreError, note?: string): void {
    const { vmId, gen } = this.#order;
    const reason = error?.message ?? note;
    const observed = {
      vmId,
      gen,
      phase,
      code: error?.code ?? null,
      reason: reason?.slice(0, REASON_CHARS) ?? null,
    };
    const same = (Object.keys(observed) as (keyof VmObserved)[]).every(
      (key) => observed[key] === this.#observed[key],
    );
    this.#observed = observed;
    if (!same) this.#options.changed(observed);
  }
}

function asUniCoreError(error: unknown): UniCoreError {
  if (error instanceof UniCoreError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new UniCoreError('INTERNAL', `The agent could not do it: ${why}`, { cause: error });
}
