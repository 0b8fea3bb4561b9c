/**
 * A network namespace for tests, with servers in place of a metadata server, a private network and a public web
 * server.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The program with the servers. Its arguments are a port, and addresses. */
export const TARGETS = fileURLToPath(new URL('./targets.ts', import.meta.url));
export const PUBLIC = '93.184.216.34';
export const METADATA = '169.254.169.254';
const PRIVATE = '10.9.9.9';
/** Names that lead to forbidden addresses, as a hostile DNS server or a cloud's own DNS server could answer. */
const HOSTS = [
  '127.0.0.1 localhost loopback.example',
  '::1 localhost',
  `${METADATA} rebound.example metadata metadata.google.internal`,
  `${PRIVATE} private.example`,
  `${PUBLIC} public.example`,
];
/** All addresses belong to the loopback interface of the namespace, so no request can leave it. */
const SET_UP = [
  'mount --bind "$0" /etc/hosts',
  'ip link set lo up',
  ...[PUBLIC, METADATA, PRIVATE].map((address) => `ip address add ${address}/32 dev lo`),
  'exec "$@"',
].join(' && ');

export class ClosedNetwork implements AsyncDisposable {
  /** The requests that arrived at any of the servers, each as address and path. */
  readonly requests: string[] = [];
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
  }

  /** Creates the network. Needs root. */
  static async create(): Promise<ClosedNetwork> {
    const folder = await mkdtemp(join(tmpdir(), 'unicore-network-'));
    const hosts = join(folder, 'hosts');
    await writeFile(hosts, `${HOSTS.join('\n')}\n`);
    const targets = [process.execPath, TARGETS, '80', PUBLIC, METADATA, PRIVATE, '127.0.0.1', '::1'];
    const args = ['--net', '--mount', 'sh', '-c', SET_UP, hosts, ...targets];
    const child = spawn('unshare', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const network = new ClosedNetwork(child, folder);
    const lines = createInterface(child.stdout);
    const [first] = await once(lines, 'line');
    if (first !== 'ready') throw new Error(`The servers did not start: ${first}`);
    lines.on('line', (line) => network.requests.push(line));
    return network;
  }

  /** The command that runs another command in this network. */
  get prefix(): string[] {
    return ['nsenter', '--target', String(this.#child.pid), '--net', '--mount', '--'];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
    await rm(this.#folder, { recursive: true, force: true });
  }
}
