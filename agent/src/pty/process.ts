/** A PTY for VMs of the process runtime. Its program runs on this machine, as the agent's own user. */
import { closeSync, constants, openSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { basename } from 'node:path';
import { ReadStream } from 'node:tty';
import { UniCoreError } from '@unicore/protocol';
import { EndMark } from './end-mark.ts';
import { FdWriter } from './fd-writer.ts';
import { fork, resizeFd } from './native.ts';
import { HANGUP_GRACE_MS, type Pty, type PtyExit, type PtySize, TERMINAL_ENV } from './pty.ts';
import { hangUp, killSession } from './unix-session.ts';

/**
 * If no output comes for this time after the program's end, in ms, the output was stopped with ^S. Then the
 * PTY closes without waiting for more output.
 */
const TAIL_GIVE_UP_MS = 2_000;
/** Shells that understand the option -l, which makes a shell read the user's profile as at a login. */
const LOGIN_SHELLS = new Set(['bash', 'zsh', 'fish', 'ksh', 'dash', 'sh']);

export interface ProcessPtyOptions extends PtySize {
  /** The VM's folder. It is the program's working directory and HOME. */
  home: string;
  /** Program and arguments. Default: the user's own shell. */
  command?: readonly [string, ...string[]];
}

export class ProcessPty implements Pty {
  readonly exited: Promise<PtyExit>;
  readonly #pid: number;
  readonly #fd: number;
  /**
   * File descriptor of the PTY's slave, which is kept open. Without an open slave, a read of the master may
   * fail before the last bytes are read.
   */
  readonly #slave: number;
  readonly #socket: ReadStream;
  readonly #input: FdWriter;
  readonly #output: FdWriter;
  #listener: (bytes: Uint8Array) => void = () => undefined;
  #settle: (exit: PtyExit) => void = () => undefined;
  #exit: PtyExit | undefined;
  #mark: EndMark | undefined;
  #giveUp: NodeJS.Timeout | undefined;
  #grace: NodeJS.Timeout | undefined;
  #paused = false;
  #closed = false;

  constructor({ home, command = loginShell(), cols, rows }: ProcessPtyOptions) {
    if (!isFolder(home)) {
      throw new UniCoreError('VM_NOT_RUNNING', `The VM's folder ${home} is gone. Start the VM again.`);
    }
    const [file, ...args] = command;
    this.exited = new Promise((settle) => {
      this.#settle = settle;
    });
    const onExit = (code: number, signal: number) => this.#ended(code, signal);
    const { fd, pid, pty } = fork({ file, args, env: cleanEnv(home), cwd: home, cols, rows, onExit });
    this.#pid = pid;
    this.#fd = fd;
    this.#slave = openSync(pty, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    this.#input = new FdWriter(fd);
    this.#output = new FdWriter(this.#slave);
    this.#socket = new ReadStream(fd);
    this.#socket.on('error', () => this.#close());
    this.#socket.on('data', (bytes) => this.#data(bytes));
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
  }

  write(bytes: Uint8Array, done: () => void): void {
    this.#input.write(bytes, done);
  }

  resize(size: PtySize): void {
    if (!this.#closed) resizeFd(this.#fd, size);
  }

  pause(): void {
    this.#paused = true;
    this.#socket.pause();
    clearTimeout(this.#giveUp);
  }

  resume(): void {
    this.#paused = false;
    this.#socket.resume();
    this.#watchTail();
  }

  kill(): void {
    if (this.#closed || this.#grace) return;
    if (!this.#exit) hangUp(this.#pid);
    this.#grace = setTimeout(() => killSession(this.#pid), HANGUP_GRACE_MS);
  }

  #data(chunk: Uint8Array): void {
    if (!this.#mark) return this.#listener(chunk);
    const { output, found } = this.#mark.take(chunk);
    if (output.length > 0) this.#listener(output);
    if (found) this.#close();
    else this.#watchTail();
  }

  #ended(code: number, signal: number): void {
    this.#exit = signal > 0 ? { code: 128 + signal, signal } : { code, signal: null };
    if (this.#closed) return this.#settle(this.#exit);
    this.#input.close();
    this.#mark = new EndMark();
    this.#output.write(this.#mark.bytes, () => undefined);
    this.#watchTail();
  }

  #watchTail(): void {
    clearTimeout(this.#giveUp);
    if (!this.#mark || this.#paused || this.#closed) return;
    this.#giveUp = setTimeout(() => {
      const rest = this.#mark!.rest();
      if (rest.length > 0) this.#listener(rest);
      this.#close();
    }, TAIL_GIVE_UP_MS);
  }

  /** Closes the PTY's master. Then the kernel sends SIGHUP to the programs that still run in the terminal. */
  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#giveUp);
    if (this.#grace) {
      clearTimeout(this.#grace);
      killSession(this.#pid);
    }
    this.#input.close();
    this.#output.close();
    this.#socket.destroy();
    closeSync(this.#slave);
    if (this.#exit) this.#settle(this.#exit);
  }
}

function loginShell(): [string, ...string[]] {
  const shell = userInfo().shell || '/bin/sh';
  return LOGIN_SHELLS.has(basename(shell)) ? [shell, '-l'] : [shell];
}

/**
 * Returns the program's environment. It contains only a few variables of the agent's environment, since the
 * others may contain secrets of the owner.
 */
function cleanEnv(home: string): Record<string, string> {
  const { username, shell } = userInfo();
  return {
    ...TERMINAL_ENV,
    HOME: home,
    PWD: home,
    USER: username,
    LOGNAME: username,
    SHELL: shell || '/bin/sh',
    PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
  };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
