/** Where a desktop's holder runs, seen by root of this machine: its sockets, its display, and servers beside it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { METADATA, openDisplayScript, TARGETS } from '@unicore/agent/testing/desktop';
import { freePort } from '@unicore/server/free-port';
import { exec } from '../lib/exec.ts';
import { pidsOfDesktop, pidsWhere } from './pids.ts';

/** A user that owns nothing. */
const STRANGER = ['setpriv', '--reuid=12345', '--regid=12345', '--clear-groups'];
const networkOf = (pid: number | 'self') => readlinkSync(`/proc/${pid}/ns/net`);

export class DesktopHost {
  readonly #sessionId: string;
  readonly #pid: number;

  constructor(sessionId: string) {
    this.#sessionId = sessionId;
    const [pid] = pidsWhere(({ args }) => args[0] === `unicore-desktop ${sessionId}`);
    if (pid === undefined) throw new Error(`No process holds ${sessionId}.`);
    this.#pid = pid;
  }

  /** True if the desktop has a network namespace of its own. */
  get ownNetwork(): boolean {
    return networkOf(this.#pid) !== networkOf('self');
  }

  /** The sockets that listen: all of its network, or those of its processes if it shares this machine's network. */
  async listening(): Promise<string[]> {
    const all = (await exec('nsenter', this.#inside('ss', '-H', '-ltnup'))).split('\n').filter(Boolean);
    if (this.ownNetwork) return all;
    const own = pidsOfDesktop(this.#sessionId);
    return all.filter((line) => own.some((pid) => line.includes(`pid=${pid},`)));
  }

  /** Tries to open the display as another user of this machine. Returns 1 if it is open for everybody. */
  async openDisplay(): Promise<string> {
    const children = await exec('ps', ['-o', 'args=', '--ppid', String(this.#pid)]);
    const [, display] = /Xvnc :(\d+)/.exec(children) ?? [];
    const root = this.ownNetwork ? `/proc/${this.#pid}/root` : '';
    const [command = '', ...args] = [...STRANGER, process.execPath, '--eval'];
    return (await exec(command, [...args, openDisplayScript(Number(display), root)])).trim();
  }

  /**
   * Starts web servers on the desktop's loopback, and on the metadata address if the network is the desktop's own.
   * `requests` are those that came.
   */
  async serve() {
    const port = await freePort('127.0.0.1');
    const addresses = this.ownNetwork ? ['127.0.0.1', METADATA] : ['127.0.0.1', '::1'];
    if (this.ownNetwork)
      await exec('nsenter', this.#inside('ip', 'address', 'add', `${METADATA}/32`, 'dev', 'lo'));
    const server = [process.execPath, TARGETS, String(port), ...addresses];
    const child = spawn('nsenter', this.#inside(...server), { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface(child.stdout);
    await once(lines, 'line');
    const requests: string[] = [];
    lines.on('line', (line) => requests.push(line));
    return {
      port,
      addresses,
      requests,
      async [Symbol.asyncDispose]() {
        child.kill();
        await once(child, 'exit');
      },
    };
  }

  #inside(...command: string[]): string[] {
    return ['--target', String(this.#pid), '--net', '--', ...command];
  }
}
