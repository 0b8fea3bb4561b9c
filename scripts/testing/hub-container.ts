/**
 * Runs a hub from its image as in production: with an unprivileged user, a read-only file system and no
 * capabilities.
 */
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import Docker from 'dockerode';
import { HUB_IMAGE } from '../product/images/hub-image.ts';

const PORT = '7420/tcp';
/** Time until Docker kills the hub, in seconds: the hub's drain limit and a margin. */
const STOP_S = 15;

export class HubContainer implements AsyncDisposable {
  readonly container: Docker.Container;
  /** URL of the hub for programs on this machine. */
  readonly url: string;
  #removed = false;

  private constructor(container: Docker.Container, url: string) {
    this.container = container;
    this.url = url;
  }

  /** Resolves when the hub logs that it has started. */
  static async start(env: Readonly<Record<string, string>> = {}): Promise<HubContainer> {
    const docker = new Docker();
    const container = await docker.createContainer({
      Image: HUB_IMAGE.name,
      Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      StopTimeout: STOP_S,
      ExposedPorts: { [PORT]: {} },
      HostConfig: {
        ReadonlyRootfs: true,
        Tmpfs: { '/tmp': '' },
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        PortBindings: { [PORT]: [{ HostIp: '127.0.0.1', HostPort: '0' }] },
      },
    });
    try {
      await container.start();
      await saysStarted(container);
      const { NetworkSettings } = await container.inspect();
      const port = NetworkSettings.Ports[PORT]?.[0]?.HostPort;
      return new HubContainer(container, `http://127.0.0.1:${port}`);
    } catch (error) {
      await container.remove({ force: true, v: true });
      throw error;
    }
  }

  run(...command: string[]): Promise<{ output: string; code: number | null }> {
    return runIn(this.container, ...command);
  }

  /**
   * Stops the hub by SIGTERM, as an orchestrator does. Resolves with the exit code and the time until the
   * exit.
   */
  async stop(): Promise<{ code: number; seconds: number }> {
    const start = performance.now();
    await this.container.stop({ t: STOP_S });
    const { State } = await this.container.inspect();
    return { code: State.ExitCode, seconds: (performance.now() - start) / 1000 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#removed) return;
    this.#removed = true;
    await this.container.remove({ force: true, v: true });
  }
}

async function saysStarted(container: Docker.Container): Promise<void> {
  const raw = (await container.logs({ follow: true, stdout: true, stderr: true })) as NodeJS.ReadableStream;
  const lines = new PassThrough();
  container.modem.demuxStream(raw, lines, lines);
  raw.once('end', () => lines.end());
  let said = '';
  for await (const chunk of lines) {
    said += chunk;
    if (said.includes('"hub started"')) return;
  }
  throw new Error(`The hub's container has ended: ${said}`);
}

/** Runs a program in a container. Resolves with the program's output and exit code. */
export async function runIn(
  container: Docker.Container,
  ...command: string[]
): Promise<{ output: string; code: number | null }> {
  const exec = await container.exec({ Cmd: command, AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  const output = new PassThrough();
  container.modem.demuxStream(stream, output, output);
  stream.once('end', () => output.end());
  return { output: await text(output), code: (await exec.inspect()).ExitCode };
}
