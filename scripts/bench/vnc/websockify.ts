/** websockify, a program that connects WebSockets to a VNC server. The benchmark compares UniCore with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '@unicore/server/free-port';
import { untilListening } from '../../lib/port.ts';

const HOST = '127.0.0.1';

export class Websockify {
  readonly port: number;
  readonly #process: ChildProcess;

  private constructor(port: number, process: ChildProcess) {
    this.port = port;
    this.#process = process;
  }

  /** Starts websockify on a free loopback port. rfbSocket: path of the VNC server's unix socket. */
  static async start(rfbSocket: string): Promise<Websockify> {
    const port = await freePort(HOST);
    const child = spawn('websockify', [`--unix-target=${rfbSocket}`, `${HOST}:${port}`], { stdio: 'ignore' });
    const ended = new AbortController();
    child.once('exit', () => ended.abort());
    child.once('error', () => ended.abort());
    await untilListening(port, HOST, ended.signal);
    if (ended.signal.aborted) throw new Error('websockify did not start');
    return new Websockify(port, child);
  }

  async stop(): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.#process.kill();
    await exited;
  }
}
