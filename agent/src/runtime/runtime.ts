/**
 * The interface of runtimes. A runtime runs VMs on this machine. There are two runtimes: docker and process.
 */
import type { Isolation, VmSize } from '@unicore/protocol/control';

/** docker: a VM is a hardened container. process: a VM is a folder of the agent's own user, without isolation. */
export type RuntimeKind = 'docker' | 'process';

/** All values that a hub can choose for a VM. No other value from the hub reaches an engine. */
export interface VmSpec {
  vmId: string;
  /**
   * Generation of the VM. It increases each time the VM is assigned to a provider. start() ends all other
   * generations.
   */
  gen: number;
  image: string;
  size: VmSize;
}

export interface RuntimeVm {
  vmId: string;
  gen: number;
  running: boolean;
}

/** State of one generation of a VM. exit: text that tells a person how the VM's main process ended. */
export type Presence = { state: 'running' } | { state: 'stopped'; exit: string } | { state: 'absent' };

/** The place in which the keeper opens a PTY for a VM. */
export type PtyPlace =
  | { kind: 'docker'; container: string; socketPath?: string }
  | { kind: 'process'; home: string };

export interface RuntimeListener {
  /**
   * Called when something happened to this VM, perhaps from outside. The listener should check the VM's
   * state.
   */
  changed(vmId: string, gen: number): void;
  /**
   * Called when the kernel has killed a program because the VM's memory was full. The VM itself may keep
   * running.
   */
  outOfMemory(vmId: string, gen: number): void;
  /** Called when the engine stops answering. The error is a UniCoreError that says what to do. */
  unavailable(error: Error): void;
  /** Called when the engine answers for the first time, or again. Meanwhile VMs may have ended. */
  available(): void;
}

/**
 * Runs VMs. Every method can be repeated without harm. A failed method rejects with a UniCoreError whose
 * message is for a person.
 */
export interface Runtime {
  readonly kind: RuntimeKind;
  /** Never rejects. */
  isolation(): Promise<Isolation>;
  /** Returns all VMs of this provider on this machine, even VMs without an order from a hub. */
  list(): Promise<RuntimeVm[]>;
  find(vmId: string, gen: number): Promise<Presence>;
  /**
   * Creates the missing parts of the VM (such as its container or folder), and ends its other generations.
   * Resolves when a terminal can be opened in the VM.
   */
  start(spec: VmSpec): Promise<void>;
  /** Ends all processes of all generations of the VM. The VM's files stay. */
  stop(vmId: string): Promise<void>;
  /** Ends the VM and deletes its files. */
  remove(vmId: string): Promise<void>;
  pty(vmId: string, gen: number): PtyPlace;
  /** Tells the listener about changes of VMs. Returns a function that ends the watch. */
  watch(listener: RuntimeListener): () => void;
}
