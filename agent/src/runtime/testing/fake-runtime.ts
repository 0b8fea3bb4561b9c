/** A runtime whose engine does what a test chooses. */
import { UniCoreError } from '@unicore/protocol';
import type { Isolation } from '@unicore/protocol/control';
import type { Presence, PtyPlace, Runtime, RuntimeListener, RuntimeVm, VmSpec } from '../index.ts';

export const GONE = new UniCoreError('RUNTIME_UNAVAILABLE', 'Docker does not answer. Start Docker.');

export class FakeRuntime implements Runtime {
  readonly kind = 'docker';
  readonly vms = new Map<string, RuntimeVm>();
  /** Calls so far, such as `start one 1`. */
  readonly done: string[] = [];
  /** Errors for the next calls that change a VM. Each call takes one error. */
  readonly failures: Error[] = [];
  /** Every call waits for this promise. */
  gate: Promise<void> = Promise.resolve();
  listener: RuntimeListener | undefined;
  #engine = true;

  async isolation(): Promise<Isolation> {
    return 'container';
  }

  async list(): Promise<RuntimeVm[]> {
    await this.#reached();
    return [...this.vms.values()];
  }

  async find(vmId: string, gen: number): Promise<Presence> {
    await this.#reached();
    const vm = this.vms.get(vmId);
    if (vm?.gen !== gen) return { state: 'absent' };
    return vm.running ? { state: 'running' } : { state: 'stopped', exit: 'exit code 137' };
  }

  async start({ vmId, gen }: VmSpec): Promise<void> {
    await this.#change(`start ${vmId} ${gen}`);
    this.vms.set(vmId, { vmId, gen, running: true });
  }

  async stop(vmId: string): Promise<void> {
    await this.#change(`stop ${vmId}`);
    const vm = this.vms.get(vmId);
    if (vm) this.vms.set(vmId, { ...vm, running: false });
  }

  async remove(vmId: string): Promise<void> {
    await this.#change(`remove ${vmId}`);
    this.vms.delete(vmId);
  }

  pty(vmId: string, gen: number): PtyPlace {
    return { kind: 'docker', container: `unicore-${vmId}-g${gen}` };
  }

  watch(listener: RuntimeListener): () => void {
    this.listener = listener;
    if (this.#engine) queueMicrotask(() => listener.available());
    return () => {
      this.listener = undefined;
    };
  }

  /** Makes the engine unavailable or available again. The watch reports the change. */
  engine(answers: boolean): void {
    this.#engine = answers;
    if (answers) this.listener?.available();
    else this.listener?.unavailable(GONE);
  }

  async #change(what: string): Promise<void> {
    await this.#reached();
    this.done.push(what);
    const failure = this.failures.shift();
    if (failure) throw failure;
  }

  async #reached(): Promise<void> {
    await this.gate;
    if (!this.#engine) throw GONE;
  }
}
