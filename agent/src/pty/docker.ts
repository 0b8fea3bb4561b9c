/** A PTY in a container: a Docker exec with a terminal. */
import type { Duplex } from 'node:stream';
import { UniCoreError } from '@unicore/protocol';
import Docker from 'dockerode';
import { DEFAULT_SOCKET, engineError, statusOf } from '../runtime/index.ts';
import { CONTAINER_USER, newMark, signalMarked } from './docker-kill.ts';
import { startedResize } from './docker-resize.ts';
import { HANGUP_GRACE_MS, type Pty, type PtyExit, type PtySize, TERMINAL_ENV } from './pty.ts';

/** Home directory of the VM's user, where the VM's volume is mounted. */
const HOME = '/home/consumer';
/**
 * Detach keys: typing these keys in this order ends the stream. The engine requires such keys, and holds back
 * typed keys that may be the start of them. So the first key is ^\, which is rarely typed alone, and people
 * do not type the other keys after it. A typed ^\ is held back until the next key.
 */
const DETACH_KEYS = 'ctrl-\\,ctrl-@,ctrl-\\,ctrl-_,ctrl-\\,ctrl-^,ctrl-\\,ctrl-]';
/** Exit status that is reported if the engine no longer knows the program's exit status. */
const LOST = 255;

export interface DockerPtyOptions extends PtySize {
  container: string;
  socketPath?: string;
  /** Program and arguments. Default: a login shell. */
  command?: readonly [string, ...string[]];
}

export async function openDockerPty(options: DockerPtyOptions): Promise<Pty> {
  const { container, socketPath = DEFAULT_SOCKET, command = ['bash', '-l'], cols, rows } = options;
  const docker = new Docker({ socketPath });
  const mark = newMark();
  try {
    const exec = await docker.getContainer(container).exec({
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: true,
      User: CONTAINER_USER,
      WorkingDir: HOME,
      Env: [...Object.entries({ ...TERMINAL_ENV, HOME }).map(([name, value]) => `${name}=${value}`), mark],
      Cmd: [...command],
      DetachKeys: DETACH_KEYS,
      ConsoleSize: [rows, cols],
    });
    const stream = await exec.start({ hijack: true, stdin: true, Tty: true });
    return new DockerPty(docker, container, exec, stream, mark, { cols, rows });
  } catch (error) {
    throw openError(error, container, socketPath);
  }
}

class DockerPty implements Pty {
  readonly exited: Promise<PtyExit>;
  readonly #docker: Docker;
  readonly #container: string;
  readonly #exec: Docker.Exec;
  readonly #stream: Duplex;
  readonly #mark: string;
  readonly #resize: (size: PtySize) => void;
  readonly #closed: Promise<void>;
  #listener: (bytes: Uint8Array) => void = () => undefined;
  #over = false;
  #killing: Promise<void> | undefined;

  constructor(
    docker: Docker,
    container: string,
    exec: Docker.Exec,
    stream: Duplex,
    mark: string,
    size: PtySize,
  ) {
    this.#docker = docker;
    this.#container = container;
    this.#exec = exec;
    this.#stream = stream;
    this.#mark = mark;
    this.#resize = startedResize(exec, () => this.#over);
    this.#resize(size);
    stream.on('data', (bytes: Buffer) => this.#listener(bytes));
    // A broken connection ends the PTY like a normal end of the program. Then #ended() asks the engine for
    // the exit status.
    stream.on('error', () => stream.destroy());
    this.#closed = new Promise((closed) => stream.once('end', closed).once('close', closed));
    this.exited = this.#closed.then(() => this.#ended());
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
  }

  write(bytes: Uint8Array, done: () => void): void {
    if (this.#over || !this.#stream.writable) return done();
    // A failed write also destroys the stream. The 'error' listener in the constructor handles the error, so
    // it is ignored here.
    this.#stream.write(bytes, () => done());
  }

  resize(size: PtySize): void {
    this.#resize(size);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  kill(): void {
    if (!this.#over) this.#killing ??= this.#hangUp();
  }

  async #hangUp(): Promise<void> {
    await this.#signal('HUP');
    const grace = new Promise((over) => setTimeout(over, HANGUP_GRACE_MS));
    await Promise.race([this.#closed, grace]);
    await this.#signal('KILL');
  }

  /**
   * Called when the stream has ended. The program may still run if the engine restarted or the detach keys
   * were typed. In that case the program is killed.
   */
  async #ended(): Promise<PtyExit> {
    this.#over = true;
    this.#stream.destroy();
    await this.#killing;
    const state = await this.#exec.inspect().catch(() => undefined);
    if (state?.Running) await this.#signal('KILL');
    return { code: state?.ExitCode ?? LOST, signal: null };
  }

  #signal(signal: 'HUP' | 'KILL'): Promise<void> {
    return signalMarked(this.#docker, this.#container, this.#mark, signal);
  }
}

function openError(error: unknown, container: string, socketPath: string): UniCoreError {
  const status = statusOf(error);
  if (status === 404) {
    return new UniCoreError('CONTAINER_LOST', `The container ${container} is gone. Start the VM again.`, {
      cause: error,
    });
  }
  if (status === 409) {
    return new UniCoreError('VM_NOT_RUNNING', 'The VM is not running. Start it, then open the terminal.', {
      cause: error,
    });
  }
  return engineError(error, socketPath);
}
