/** The runtime docker: each generation of a VM is a container, and the VM's files are in a named volume. */

import { type Clock, UniCoreError } from '@unicore/protocol';
import type { Isolation } from '@unicore/protocol/control';
import type Docker from 'dockerode';
import { z } from 'zod';
import { containerName, containerOptions, LABEL, volumeName } from './container.ts';
import { DEFAULT_SOCKET, engineAt, PING_MS } from './engine.ts';
import { engineError, statusOf } from './engine-errors.ts';
import { watchEngine } from './engine-events.ts';
import type { Presence, PtyPlace, Runtime, RuntimeListener, RuntimeVm, VmSpec } from './runtime.ts';

/**
 * Time limit of a call to the engine, in ms. If a call takes longer, the engine is considered hung. Creating
 * a container on a busy disk takes seconds.
 */
const CALL_MS = 60_000;
/**
 * Longest time between SIGTERM and SIGKILL when a container is stopped, in seconds. Usually the container
 * ends earlier, since its main process ends at once on SIGTERM.
 */
const STOP_S = 2;

const EngineInfo = z.object({ NCPU: z.number().positive(), DefaultRuntime: z.string().optional() });
type EngineInfo = z.infer<typeof EngineInfo>;
const VolumeInfo = z.object({ Labels: z.record(z.string(), z.string()).nullish() });

export interface DockerRuntimeOptions {
  providerId: string;
  clock: Clock;
  random: () => number;
  /** Default: /var/run/docker.sock */
  socketPath?: string;
}

export class DockerRuntime implements Runtime {
  readonly kind = 'docker';
  readonly #docker: Docker;
  readonly #options: DockerRuntimeOptions;
  readonly #socketPath: string;
  #known: EngineInfo | undefined;

  constructor(options: DockerRuntimeOptions) {
    this.#options = options;
    this.#socketPath = options.socketPath ?? DEFAULT_SOCKET;
    this.#docker = engineAt(this.#socketPath, CALL_MS);
  }

  /**
   * Returns how strongly VMs are isolated. If the engine does not answer, returns the weaker isolation, so
   * that the provider can still connect to its hub.
   */
  async isolation(): Promise<Isolation> {
    try {
      // Use a short time limit, so that an engine that hangs does not delay the connection to the hub.
      const { DefaultRuntime } = await this.#info(engineAt(this.#socketPath, PING_MS));
      return DefaultRuntime === 'runsc' ? 'gvisor' : 'container';
    } catch {
      return 'container';
    }
  }

  async list(): Promise<RuntimeVm[]> {
    const found = await this.#containers();
    return found.map(({ Labels, State }) => ({
      vmId: Labels[LABEL.vm] ?? '',
      gen: Number(Labels[LABEL.gen]),
      running: State === 'running',
    }));
  }

  async find(vmId: string, gen: number): Promise<Presence> {
    try {
      const { State } = await this.#docker.getContainer(containerName(vmId, gen)).inspect();
      if (State.Running) return { state: 'running' };
      return {
        state: 'stopped',
        exit: State.OOMKilled ? 'its memory was full' : `exit code ${State.ExitCode}`,
      };
    } catch (error) {
      if (statusOf(error) === 404) return { state: 'absent' };
      throw engineError(error, this.#socketPath);
    }
  }

  async start(spec: VmSpec): Promise<void> {
    await this.#ask(async () => {
      const name = containerName(spec.vmId, spec.gen);
      let running = false;
      for (const { Id, Names, State } of await this.#containers(spec.vmId)) {
        if (State === 'running' && Names.includes(`/${name}`)) running = true;
        // Remove containers of other generations, since they would write to the same volume. Also remove a
        // stopped container: it contains nothing to keep, and may have an old image.
        else await this.#removeContainer(Id);
      }
      if (running) return;
      await this.#create(spec);
      await this.#docker.getContainer(name).start();
    }, spec.image);
  }

  async stop(vmId: string): Promise<void> {
    await this.#ask(async () => {
      for (const { Id } of await this.#containers(vmId)) {
        const container = this.#docker.getContainer(Id);
        await ignoring(404, ignoring(304, container.stop({ t: STOP_S })));
      }
    });
  }

  async remove(vmId: string): Promise<void> {
    await this.#ask(async () => {
      for (const { Id } of await this.#containers(vmId)) await this.#removeContainer(Id);
      await ignoring(404, this.#removeVolume(vmId));
    });
  }

  pty(vmId: string, gen: number): PtyPlace {
    return { kind: 'docker', container: containerName(vmId, gen), socketPath: this.#socketPath };
  }

  watch(listener: RuntimeListener): () => void {
    const { clock, random, providerId } = this.#options;
    return watchEngine({ socketPath: this.#socketPath, providerId, clock, random, listener });
  }

  async #create(spec: VmSpec): Promise<void> {
    const { providerId } = this.#options;
    const { NCPU } = await this.#info();
    await this.#requireOwnVolume(spec.vmId);
    await this.#docker.createContainer(containerOptions(spec, providerId, NCPU));
  }

  /**
   * Returns the engine's description of itself. The description is cached, since it changes only with the
   * engine's configuration.
   */
  async #info(docker = this.#docker): Promise<EngineInfo> {
    this.#known ??= EngineInfo.parse(await docker.info());
    return this.#known;
  }

  /**
   * Removes a container with SIGKILL, so that an outdated container does not keep running during a slow
   * shutdown.
   */
  async #removeContainer(id: string): Promise<void> {
    try {
      await this.#docker.getContainer(id).remove({ force: true });
    } catch (error) {
      // HTTP status 404 means that the container is already gone. HTTP status 409 means that another client
      // is removing the container.
      if (statusOf(error) !== 404 && statusOf(error) !== 409) throw error;
    }
  }

  /** Deletes the volume only if this provider created it. */
  async #removeVolume(vmId: string): Promise<void> {
    if (await this.#ownsVolume(vmId)) await this.#docker.getVolume(volumeName(vmId)).remove();
  }

  /**
   * Throws if the volume exists, but this provider did not create it. The hub chooses the ids of VMs, and so
   * the names of volumes. Without this check, a hub could read data in other volumes of this machine.
   */
  async #requireOwnVolume(vmId: string): Promise<void> {
    if ((await this.#ownsVolume(vmId)) !== false) return;
    throw new UniCoreError(
      'CONFLICT',
      `There is a volume ${volumeName(vmId)} on the provider's machine that belongs to something else. Make a new VM.`,
    );
  }

  /** Returns true if this provider created the volume. Returns undefined if the volume does not exist. */
  async #ownsVolume(vmId: string): Promise<boolean | undefined> {
    try {
      const { Labels } = VolumeInfo.parse(await this.#docker.getVolume(volumeName(vmId)).inspect());
      return Labels?.[LABEL.provider] === this.#options.providerId;
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }

  #containers(vmId?: string): Promise<Docker.ContainerInfo[]> {
    const label = [`${LABEL.provider}=${this.#options.providerId}`];
    label.push(vmId === undefined ? LABEL.vm : `${LABEL.vm}=${vmId}`);
    return this.#ask(() => this.#docker.listContainers({ all: true, filters: { label } }));
  }

  async #ask<T>(work: () => Promise<T>, image?: string): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw engineError(error, this.#socketPath, image);
    }
  }
}

/** Ignores an error of the engine with this HTTP status. The status means that there is nothing to do. */
async function ignoring(status: number, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (statusOf(error) !== status) throw error;
  }
}
