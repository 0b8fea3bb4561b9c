/**
 * Runtime process: a VM is a folder, and its programs are the agent's own user's. It isolates nothing; for a hub on the
 * same machine only, unless the owner says otherwise.
 */
import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UniCoreError } from '@unicore/protocol';
import { Id, type Isolation } from '@unicore/protocol/control';
import { z } from 'zod';
import { codeOf, makeDir, readJson, writeJson } from '../files.ts';
import type { Presence, PtyPlace, Runtime, RuntimeListener, RuntimeVm, VmSpec } from './runtime.ts';

/** `vm.json` beside the home: what containers carry as labels and state. */
const VmFile = z.object({ gen: z.number().int().positive(), running: z.boolean() });

export interface ProcessRuntimeOptions {
  /** Holds a folder per VM. */
  dir: string;
  /** Ends the VM's terminals; there are no other processes that could be found. */
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
      // A damaged file is that VM's problem: it is told when the VM is asked for by name.
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

  /** Nothing changes a folder's state behind our back, and there is no engine that could be gone. */
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

  /** The id is parsed again right where it becomes part of a path: remove() deletes what this returns. */
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
