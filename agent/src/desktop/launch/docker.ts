/** The launcher docker: each attempt of a desktop is a hardened container with a network of its own. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { UniCoreError } from '@unicore/protocol';
import { DesktopRef } from '@unicore/protocol/control';
import type Docker from 'dockerode';
import { z } from 'zod';
import { engineAt, engineError, statusOf } from '../../runtime/index.ts';
import { HOLDER_SOCKET, joinArguments } from '../holder/index.ts';
import { COMMAND, containerOptions, FOLDER, LABEL, labelsOf, networkOptions } from './container.ts';
import { connectInContainer } from './container-socket.ts';
import { ExecStream } from './exec-stream.ts';
import { lastLines, parseStatus } from './last-status.ts';
import type { DesktopLauncher, LaunchOrder, Outcome, Presence } from './launcher.ts';

/** The seccomp profile of the image of desktops, as a path. */
export const SECCOMP = fileURLToPath(new URL('../../../images/desktop/seccomp.json', import.meta.url));
/**
 * Time limit of a call to the engine, in ms. If a call takes longer, the engine is considered hung. Creating a
 * container on a busy disk takes seconds.
 */
const CALL_MS = 60_000;
/** Longest time between SIGTERM and SIGKILL when a container is stopped, in seconds. */
const STOP_S = 5;
/** The number of lines of a container's log that are read after its end. */
const TAIL_LINES = 40;
/** The engine gives this year as the time of what has not happened. */
const NEVER = '0001-';

const EngineInfo = z.object({ NCPU: z.number().positive() });
const Labelled = z.object({ Labels: z.record(z.string(), z.string()) });

export interface DockerLauncherOptions {
  providerId: string;
  /** Path of the Docker engine's socket. */
  socketPath: string;
  /** Path of the seccomp profile. Default: the one of the image of desktops. */
  seccomp?: string;
  /** How to connect to a socket in a container without the engine. Default: {@link connectInContainer}. */
  connectDirectly?: typeof connectInContainer;
}

export class DockerLauncher implements DesktopLauncher {
  readonly #options: DockerLauncherOptions;
  readonly #docker: Docker;
  /** Streams to holders stay open without bytes. So this client has no time limit. */
  readonly #streams: Docker;

  constructor(options: DockerLauncherOptions) {
    this.#options = options;
    this.#docker = engineAt(options.socketPath, CALL_MS);
    this.#streams = engineAt(options.socketPath);
  }

  list(): Promise<DesktopRef[]> {
    return this.#ask(async () => {
      const filters = { label: [LABEL.session, `${LABEL.provider}=${this.#options.providerId}`] };
      const [containers, networks] = await Promise.all([
        this.#docker.listContainers({ all: true, filters }),
        this.#docker.listNetworks({ filters }),
      ]);
      const refs = new Map<string, DesktopRef>();
      for (const found of [...containers, ...networks]) {
        const { Labels } = Labelled.parse(found);
        const attempt = Number(Labels[LABEL.attempt]);
        const { data } = DesktopRef.safeParse({ sessionId: Labels[LABEL.session], attempt });
        if (data) refs.set(`${data.sessionId} ${data.attempt}`, data);
      }
      return [...refs.values()];
    });
  }

  find(ref: DesktopRef): Promise<Presence> {
    return this.#ask(async () => {
      const container = await this.#container(ref);
      if (!container) return (await this.#networks(ref)).length > 0 ? NEVER_CREATED : { state: 'absent' };
      const { State, Created } = await container.inspect();
      if (State.Running) return { state: 'alive' };
      if (State.StartedAt.startsWith(NEVER)) return neverStarted(Created);
      return { state: 'over', outcome: await this.#outcome(container, State) };
    });
  }

  start(order: LaunchOrder): Promise<void> {
    const { providerId, seccomp = SECCOMP } = this.#options;
    return this.#ask(async () => {
      if ((await this.find(order)).state !== 'absent') return;
      const profile = JSON.stringify(JSON.parse(await readFile(seccomp, 'utf8')));
      const { NCPU } = EngineInfo.parse(await this.#docker.info());
      const options = containerOptions(order, { providerId, cores: NCPU, seccomp: profile });
      await this.#docker.createNetwork(networkOptions(order, providerId));
      const container = await this.#docker.createContainer(options);
      await container.start();
    }, order.image);
  }

  connect(ref: DesktopRef): Promise<Duplex> {
    return this.#ask(async () => {
      const found = await this.#container(ref);
      if (!found) throw new UniCoreError('LEG_LOST', 'The container of the desktop is gone.');
      const { Id, State } = await found.inspect();
      const { connectDirectly = connectInContainer } = this.#options;
      const direct = await connectDirectly({ containerId: Id, pid: State.Pid }, join(FOLDER, HOLDER_SOCKET));
      return direct ?? (await this.#join(Id));
    });
  }

  stop(ref: DesktopRef): Promise<void> {
    return this.#ask(async () => {
      const container = await this.#container(ref);
      if (container) await ignoring([304, 404], container.stop({ t: STOP_S }));
    });
  }

  remove(ref: DesktopRef): Promise<void> {
    return this.#ask(async () => {
      const container = await this.#container(ref);
      // `v` removes the anonymous volumes of the image. HTTP status 409 means that another client is removing the
      // container.
      if (container) await ignoring([404, 409], container.remove({ force: true, v: true }));
      for (const { Id } of await this.#networks(ref))
        await ignoring([404], this.#docker.getNetwork(Id).remove());
      if ((await this.find(ref)).state === 'absent') return;
      throw new UniCoreError('CONFLICT', 'Docker is still removing the container of the desktop.');
    });
  }

  /** Connects through the engine. */
  async #join(containerId: string): Promise<Duplex> {
    const exec = await this.#streams.getContainer(containerId).exec({
      Cmd: [COMMAND, ...joinArguments(FOLDER)],
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: false,
    });
    return new ExecStream(await exec.start({ hijack: true, stdin: true, Tty: false }));
  }

  async #outcome(container: Docker.Container, state: Docker.ContainerInspectInfo['State']): Promise<Outcome> {
    const log = await this.#logOf(container);
    const [last = '', ...before] = log.trimEnd().split('\n').reverse();
    const status = parseStatus(last);
    const ms = Date.parse(state.FinishedAt) - Date.parse(state.StartedAt);
    return {
      status,
      exit: state.OOMKilled ? 'its memory was full' : `exit code ${state.ExitCode}`,
      ms: ms >= 0 ? ms : null,
      lines: lastLines(status ? before.reverse().join('\n') : log),
    };
  }

  async #logOf(container: Docker.Container): Promise<string> {
    const bytes = await container.logs({ stdout: true, stderr: true, tail: TAIL_LINES });
    return demultiplexed(bytes);
  }

  async #container(ref: DesktopRef): Promise<Docker.Container | undefined> {
    const [found] = await this.#docker.listContainers({ all: true, filters: this.#filters(ref) });
    return found && this.#docker.getContainer(found.Id);
  }

  #networks(ref: DesktopRef): Promise<Docker.NetworkInspectInfo[]> {
    return this.#docker.listNetworks({ filters: this.#filters(ref) });
  }

  /** What has no label of this provider is not seen, so it is never changed. */
  #filters(ref: DesktopRef): { label: string[] } {
    const labels = labelsOf(DesktopRef.parse(ref), this.#options.providerId);
    return { label: Object.entries(labels).map(([name, value]) => `${name}=${value}`) };
  }

  async #ask<T>(work: () => Promise<T>, image?: string): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Error && /non-overlapping IPv4 address pool/.test(error.message))
        throw tooMany(error);
      throw engineError(error, this.#options.socketPath, image);
    }
  }
}

const NEVER_CREATED: Presence = neverStarted();

function neverStarted(created?: string): Presence {
  const exit = created ? 'its container was not started' : 'its container was not created';
  return { state: 'over', outcome: { status: null, exit, ms: 0, lines: '' } };
}

function tooMany(cause: Error): UniCoreError {
  const message =
    'Docker has no address range left for the network of another desktop. End a desktop, or give Docker more ' +
    'default-address-pools.';
  return new UniCoreError('NO_CAPACITY', message, { cause });
}

/** Returns the output without the engine's headers. A header has 8 bytes; the last 4 are the length. */
function demultiplexed(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at + 8 <= bytes.length; ) {
    const end = at + 8 + bytes.readUInt32BE(at + 4);
    text += bytes.toString('utf8', at + 8, end);
    at = end;
  }
  return text;
}

/** Ignores an error of the engine with these HTTP statuses. They mean that there is nothing to do. */
async function ignoring(statuses: readonly number[], work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!statuses.includes(statusOf(error) ?? 0)) throw error;
  }
}
