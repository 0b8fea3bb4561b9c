/** The runtimes, which run VMs on this machine: docker and process. */
import type { Clock } from '@unicore/protocol';
import { DockerRuntime } from './docker.ts';
import { pingEngine } from './engine.ts';
import { ProcessRuntime } from './process.ts';
import type { Runtime, RuntimeKind } from './runtime.ts';

export { PROVIDER_LABEL, parseImage } from './container.ts';
export { DEFAULT_SOCKET, dockerSocket, engineAt, pingEngine } from './engine.ts';
export { engineError, statusOf } from './engine-errors.ts';
export type {
  Presence,
  PtyPlace,
  Runtime,
  RuntimeKind,
  RuntimeListener,
  RuntimeVm,
  VmSpec,
} from './runtime.ts';

/** Returns 'docker' if a Docker engine answers, otherwise 'process'. */
export async function detectRuntime(socketPath: string): Promise<RuntimeKind> {
  try {
    await pingEngine(socketPath);
    return 'docker';
  } catch {
    return 'process';
  }
}

export interface RuntimeOptions {
  kind: RuntimeKind;
  providerId: string;
  socketPath: string;
  /** Folder that contains the VMs of the process runtime. */
  vmsDir: string;
  closeVm(vmId: string): Promise<void>;
  clock: Clock;
  random: () => number;
}

export function makeRuntime(options: RuntimeOptions): Runtime {
  if (options.kind === 'docker') return new DockerRuntime(options);
  return new ProcessRuntime({ dir: options.vmsDir, closeVm: options.closeVm });
}
