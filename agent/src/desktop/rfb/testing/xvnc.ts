/** A real Xvnc on a unix socket, and viewers that reach it through an interposer. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Duplex, duplexPair } from 'node:stream';
import { promisify } from 'node:util';
import { Interposer, type InterposerOptions } from '../index.ts';
import { ALL } from './peer.ts';

const run = promisify(execFile);
/** The server does not listen on TCP, neither for RFB nor for X. */
const NO_TCP = ['-rfbport', '-1', '-nolisten', 'tcp'];

export class Xvnc {
  readonly #folder: string;
  readonly #server: ChildProcess;
  readonly #programs: ChildProcess[] = [];
  readonly #env: NodeJS.ProcessEnv;

  private constructor(folder: string, server: ChildProcess, display: string) {
    this.#folder = folder;
    this.#server = server;
    this.#env = { ...process.env, DISPLAY: `:${display}`, LANG: 'C.UTF-8' };
  }

  static async start(): Promise<Xvnc> {
    const folder = await mkdtemp(join(tmpdir(), 'unicore-xvnc-'));
    const rfb = ['-rfbunixpath', join(folder, 'rfb'), '-rfbunixmode', '0600', '-SecurityTypes', 'None'];
    const screen = ['-geometry', '640x480', '-depth', '24', '-AlwaysShared', '-displayfd', '3'];
    const server = spawn('Xvnc', [...NO_TCP, ...rfb, ...screen], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    await once(server, 'spawn');
    const [display] = await once(server.stdio[3]!, 'data');
    return new Xvnc(folder, server, display.toString().trim());
  }

  /** Runs an X program to its end, and returns its output. */
  async run(program: string, ...args: string[]): Promise<string> {
    return (await run(program, args, { env: this.#env })).stdout;
  }

  /** Starts an X program, which runs until the test ends. Calls `onLine` for each line of its output. */
  start(program: string, args: string[], onLine: (line: string) => void = () => undefined): ChildProcess {
    const child = spawn(program, args, { env: this.#env, stdio: ['pipe', 'pipe', 'ignore'] });
    createInterface({ input: child.stdout }).on('line', onLine);
    this.#programs.push(child);
    return child;
  }

  /** Connects a viewer through an interposer. The viewer's stream fails with the interposer's error. */
  view(options: Partial<InterposerOptions> = {}): {
    viewer: Duplex;
    interposer: Interposer;
    send(bytes: Uint8Array): void;
  } {
    const interposer = new Interposer({ rights: ALL, ...options });
    const server = connect(join(this.#folder, 'rfb'));
    const [viewer, near] = duplexPair();
    const guarded = (work: (bytes: Buffer) => void) => (bytes: Buffer) => {
      try {
        work(bytes);
      } catch (error) {
        viewer.destroy(error instanceof Error ? error : undefined);
        server.destroy();
      }
    };
    near.on(
      'data',
      guarded((bytes) => {
        interposer.fromViewer.push(bytes);
        for (
          let part = interposer.fromViewer.take();
          part !== undefined;
          part = interposer.fromViewer.take()
        ) {
          if (part.kind === 'forward' || part.kind === 'key') server.write(part.bytes);
        }
      }),
    );
    server.on(
      'data',
      guarded((bytes) => {
        for (const passed of interposer.fromServer.push(bytes)) near.write(passed);
      }),
    );
    near.on('close', () => server.destroy());
    server.on('error', () => undefined);
    server.on('close', () => near.destroy());
    return { viewer, interposer, send: (bytes) => server.write(bytes) };
  }

  async stop(): Promise<void> {
    const ended = [this.#server, ...this.#programs].filter(
      (child) => child.exitCode === null && child.signalCode === null,
    );
    const exits = ended.map((child) => once(child, 'exit'));
    for (const child of ended.reverse()) child.kill();
    await Promise.all(exits);
    await rm(this.#folder, { recursive: true, force: true });
  }
}
