/** Runs the containers of the fake of Cloud Run on a Docker engine, without the locks of the launcher docker. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Container, ContainerSpec } from '@unicore/server/testing/cloud-run';
import Docker from 'dockerode';
import { ROOT } from '../lib/paths.ts';

/** Chromium's sandbox needs more system calls than Docker allows by default. A microVM of Cloud Run allows all. */
const SECCOMP = join(ROOT, 'agent/images/desktop/seccomp.json');

export class DockerContainers implements AsyncDisposable {
  readonly #engine = new Docker();
  readonly #removed: Promise<unknown>[] = [];
  readonly #left = new Set<Docker.Container>();

  /** The address of this machine on the bridge of its containers. */
  async host(): Promise<string> {
    const { IPAM } = await this.#engine.getNetwork('bridge').inspect();
    return IPAM?.Config?.[0]?.Gateway ?? '172.17.0.1';
  }

  async run({ image, env }: ContainerSpec): Promise<Container> {
    const seccomp = await readFile(SECCOMP, 'utf8');
    const container = await this.#engine.createContainer({
      Image: image,
      Cmd: ['dial'],
      Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      HostConfig: { SecurityOpt: [`seccomp=${seccomp}`] },
    });
    this.#left.add(container);
    await container.start();
    // A container that has ended in the meantime takes no signal.
    const quietly = (work: Promise<unknown>) => void work.catch(() => undefined);
    return {
      pause: () => quietly(container.pause()),
      resume: () => quietly(container.unpause()),
      signal: (signal) => quietly(container.kill({ signal })),
      kill: () => quietly(container.kill()),
      exited: this.#exited(container),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#removed);
    for (const container of this.#left) await container.remove({ force: true });
  }

  async #exited(container: Docker.Container): Promise<number> {
    const { StatusCode } = await container.wait();
    this.#left.delete(container);
    this.#removed.push(container.remove());
    return StatusCode;
  }
}
