/** Runs haproxy on loopback with the shipped configuration, in front of the hubs of a test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { haproxyConfig } from '../product/start/haproxy.ts';

/**
 * File descriptor of the listening socket that haproxy inherits, so that no other program can take the port.
 */
const FD = 3;

export class LoadBalancer implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #folder: string;
  /** Output of haproxy so far. */
  #log = '';
  readonly #listeners = new Set<() => void>();

  private constructor(url: string, child: ChildProcess, folder: string) {
    this.url = url;
    this.#child = child;
    this.#folder = folder;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#log += text;
        for (const look of this.#listeners) look();
      });
    }
  }

  /** Starts haproxy and resolves when haproxy answers. `hubs` are loopback URLs of hubs. */
  static async start(hubs: readonly string[]): Promise<LoadBalancer> {
    const folder = await mkdtemp(join(tmpdir(), 'unicore-haproxy-'));
    const file = join(folder, 'haproxy.cfg');
    await writeFile(file, await haproxyConfig(`fd@${FD}`, hubs));
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const stdio = ['ignore', 'pipe', 'pipe', descriptorOf(server)] as const;
    const child = spawn('haproxy', ['-db', '-f', file], { stdio: [...stdio] });
    server.close();
    const balancer = new LoadBalancer(`http://127.0.0.1:${port}`, child, folder);
    try {
      // The inherited socket accepts the request at once. haproxy answers it as soon as haproxy runs.
      await (await fetch(`${balancer.url}/healthz`)).body?.cancel();
    } catch (cause) {
      await balancer.stop();
      throw new Error(`haproxy does not start: ${balancer.#log}`, { cause });
    }
    return balancer;
  }

  /** Resolves when haproxy has printed these words, such as `Server ready/hub1 is DOWN`. */
  async says(words: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => {
      if (this.#log.includes(words)) resolve();
    };
    this.#listeners.add(look);
    look();
    await promise;
    this.#listeners.delete(look);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await exited;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/**
 * Returns the file descriptor of a listening socket, which another program can inherit. Node's types do not
 * show it.
 */
function descriptorOf(server: Server): number {
  const { _handle } = server as Server & { _handle?: { fd: number } };
  if (_handle === undefined) throw new Error('This server listens no more.');
  return _handle.fd;
}
