/** The interface of runtimes, which run VMs on this machine. There are two: docker and process. */
import type { Isolation, VmSize } from '@unicore/protocol/control';

/** docker: a VM is a hardened container. process: a VM is a folder of the agent's own user, without isolation. */
export type RuntimeKind = 'docker' | 'process';

/** All that a hub can choose about a VM. Nothing else from the hub reaches an engine. */
export interface VmSpec {
  vmId: string;
  /** Increases with each assignment to a provider. start() ends all other generations of the VM. */
  gen: number;
  image: string;
  size: VmSize;
}

export interface RuntimeVm {
  vmId: string;
  gen: number;
  running: boolean;
}

/** State of one generation of a VM. exit: how its main process ended, as text for a person. */
export type Presence = { state: 'running' } | { state: 'stopped'; exit: string } | { state: 'absent' };

/** Where the keeper opens a PTY for a VM. */
export type PtyPlace =
  | { kind: 'docker'; container: string; socketPath?: string }
  | { kind: 'process'; home: string };

export interface RuntimeListener {
  /** Something happened to this VM, perhaps from outside. The listener should look at it. */
  changed(vmId: string, gen: number): void;
  /** The kernel killed a program because the VM's memory was full. The VM itself may keep running. */
  outOfMemory(vmId: string, gen: number): void;
  /** The engine stopped answering. The error is a UniCoreError that says what to do. */
  unavailable(error: Error): void;
  /** The engine answers, perhaps again. VMs may have ended in the meantime. */
  available(): void;
}

/** Every method can be repeated without harm, and rejects with a UniCoreError whose message is for a person. */
export interface Runtime {
  readonly kind: RuntimeKind;
  /** Never rejects. */
  isolation(): Promise<Isolation>;
  /** All VMs of this provider on this machine, even those without an order. */
  list(): Promise<RuntimeVm[]>;
  find(vmId: string, gen: number): Promise<Presence>;
  /** Creates what is missing and ends other generations of the VM. Resolves when a terminal can be opened. */
  start(spec: VmSpec): Promise<void>;
  /** Ends all processes of all generations of the VM. Its files stay. */
  stop(vmId: string): Promise<void>;
  /** Ends the VM and deletes its files. */
  remove(vmId: string): Promise<void>;
  pty(vmId: string, gen: number): PtyPlace;
  /** Returns a function that ends the watch. */
  watch(listener: RuntimeListener): () => void;
}
