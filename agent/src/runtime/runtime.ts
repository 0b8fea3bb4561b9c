/** What a VM is on this machine. Two kinds: a hardened container, or a folder of the agent's own user. */
import type { Isolation, VmSize } from '@unicore/protocol/control';

/** What the hub may say about a VM, and all that ever reaches an engine. */
export interface VmSpec {
  vmId: string;
  /** Rises with each assignment; what belongs to another generation of the VM is ended by start(). */
  gen: number;
  image: string;
  size: VmSize;
}

export interface RuntimeVm {
  vmId: string;
  gen: number;
  running: boolean;
}

/** How one generation of a VM is found. exit: how its main process ended, for a person. */
export type Presence = { state: 'running' } | { state: 'stopped'; exit: string } | { state: 'absent' };

/** Where the keeper makes a PTY in this VM. */
export type PtyPlace =
  | { kind: 'docker'; container: string; socketPath?: string }
  | { kind: 'process'; home: string };

export interface RuntimeListener {
  /** Something happened to this VM that was not asked for here, perhaps; look at it. */
  changed(vmId: string, gen: number): void;
  /** A program in the VM was ended because the VM's memory was full; the VM itself may live on. */
  outOfMemory(vmId: string, gen: number): void;
  /** The engine stopped answering; a UniCoreError with the remedy. */
  unavailable(error: Error): void;
  /** The engine answers (again). VMs may have ended meanwhile. */
  available(): void;
}

/** Every method may be repeated, and rejects with a UniCoreError whose message is for a person. */
export interface Runtime {
  readonly kind: 'docker' | 'process';
  /** Never rejects. */
  isolation(): Promise<Isolation>;
  /** All VMs of this provider that exist here, whoever ordered them. */
  list(): Promise<RuntimeVm[]>;
  find(vmId: string, gen: number): Promise<Presence>;
  /** Makes what is missing, ends other generations of the VM, and returns when a terminal can be opened. */
  start(spec: VmSpec): Promise<void>;
  /** Ends every process of the VM, of all generations. Its files stay. */
  stop(vmId: string): Promise<void>;
  /** Ends the VM and deletes its files for good. */
  remove(vmId: string): Promise<void>;
  pty(vmId: string, gen: number): PtyPlace;
  /** Returns what ends the watch. */
  watch(listener: RuntimeListener): () => void;
}
