/**
 * The runtime process: a VM is a folder, and its programs run as the agent's own user. This runtime isolates
 * nothing. So it serves only a hub on the same machine, unless the owner allows other hubs.
 */
import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UniCoreError } from '@unicore/protocol';
import { Id, type Isolation } from '@unicore/protocol/control';
import { z } from 'zod';
import { codeOf, makeDir, readJson, writeJson } from '../files/index.ts';
import type { Presence, PtyPlace, Runtime, RuntimeListener, RuntimeVm, VmSpec } from './runtime.ts';

/** `vm.json`, in the VM's folder. It stores what Docker stores as the labels and the state of a container. */
const VmFile = z.object({ gen: z.number().int().positive(), running: z.boolean() });

export interface ProcessRuntimeOptions {
  /** Folder that holds one folder per VM. */
  dir: string;
  /**
   * Ends the VM's terminals, and so its programs. The runtime cannot find these programs in any other way.
   */
  closeVm(vmId: string): Promise<void>;
}

export class ProcessRuntime implements Runtime {
  readonly kind = 'process';
  readonly #dir: string;
  readonly #closeVm: (vmId: string) => Promise<void>;

  constructor({ dir, closeVm }: ProcessRuntimeOptions) {
    this.#dir = resolve(dir);
    this.#closeVm = closeVm;
  }

  async isolation(): Promise<Isolation> {
    return 'process';
  }

  async list(): Promise<RuntimeVm[]> {
    const vms: RuntimeVm[] = [];
    for (const vmId of await this.#folders()) {
      // Skip a VM whose vm.json is damaged, so that the other VMs are still returned. The method find()
      // reports the damage.
      const file = await this.#read(vmId).catch(() => undefined);
      if (file) vms.push({ vmId, ...file });
    }
    return vms;
  }

  async find(vmId: string, gen: number): Promise<Presence> {
    const file = await this.#read(vmId);
    if (file?.gen !== gen) return { state: 'absent' };
    return file.running ? { state: 'running' } : { state: 'stopped', exit: 'it was stopped' };
  }

  async start({ vmId, gen }: VmSpec): Promise<void> {
    const before = await this.#read(vmId);
    if (before && before.gen !== gen) await this.#closeVm(vmId);
    await makeDir(this.#home(vmId));
    await this.#write(vmId, { gen, running: true });
  }

  async stop(vmId: string): Promise<void> {
    await this.#closeVm(vmId);
    const file = await this.#read(vmId);
    if (file) await this.#write(vmId, { ...file, running: false });
  }

  async remove(vmId: string): Promise<void> {
    await this.#closeVm(vmId);
    const folder = this.#folder(vmId);
    try {
      await rm(folder, { recursive: true, force: true });
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new UniCoreError('INTERNAL', `The VM's files in ${folder} could not be deleted: ${why}`, {
        cause,
      });
    }
  }

  pty(vmId: string): PtyPlace {
    return { kind: 'process', home: this.#home(vmId) };
  }

  /**
   * Reports the runtime as available, and watches nothing. Only the agent changes a VM's folder, and there is
   * no engine that could fail.
   */
  watch(listener: RuntimeListener): () => void {
    queueMicrotask(() => listener.available());
    return () => undefined;
  }

  async #folders(): Promise<string[]> {
    try {
      const entries = await readdir(this.#dir, { withFileTypes: true });
      return entries.map(({ name }) => name).filter((name) => Id.safeParse(name).success);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    }
  }

  /** Returns the VM's folder. The id is validated again, since remove() deletes this folder. */
  #folder(vmId: string): string {
    return join(this.#dir, Id.parse(vmId));
  }

  #home(vmId: string): string {
    return join(this.#folder(vmId), 'home');
  }

  #read(vmId: string): Promise<z.infer<typeof VmFile> | undefined> {
    return readJson(join(this.#folder(vmId), 'vm.json'), VmFile, 'Delete it and press Start.');
  }

  #write(vmId: string, file: z.infer<typeof VmFile>): Promise<void> {
    return writeJson(join(this.#folder(vmId), 'vm.json'), file);
  }
}
