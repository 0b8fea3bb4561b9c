/**
 * Types for the native binding of node-pty. The JavaScript class of node-pty is not used. That class destroys
 * the file descriptor 200 ms after the program ends, even while reading is paused, and so loses the end of
 * the output.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import nodePty from '@lydell/node-pty';
import type { PtySize } from './pty.ts';

interface Native {
  fork(
    file: string,
    args: string[],
    env: string[],
    cwd: string,
    cols: number,
    rows: number,
    uid: number,
    gid: number,
    utf8: boolean,
    helperPath: string,
    onExit: (code: number, signal: number) => void,
  ): { fd: number; pid: number; pty: string };
  resize(fd: number, cols: number, rows: number, widthPx: number, heightPx: number): void;
}

/** Value for uid and gid which means that the program runs as the user of this process. */
const SAME_USER = -1;

// The package exports its native functions without declaring their types.
const native = (nodePty as unknown as { native: Native }).native;

export interface ForkOptions extends PtySize {
  file: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
  onExit: (code: number, signal: number) => void;
}

/**
 * Starts a program in a new PTY. fd: the non-blocking file descriptor of the master, which later forks do not
 * inherit. pty: the path of the slave.
 */
export function fork(options: ForkOptions): { fd: number; pid: number; pty: string } {
  const { file, args, env, cwd, cols, rows, onExit } = options;
  const pairs = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return native.fork(file, args, pairs, cwd, cols, rows, SAME_USER, SAME_USER, true, helperPath(), onExit);
}

export function resizeFd(fd: number, { cols, rows }: PtySize): void {
  native.resize(fd, cols, rows, 0, 0);
}

/**
 * Returns the path of the helper program that sets up the terminal on macOS. On macOS the setup cannot be
 * done between fork and exec. Other systems need no helper program.
 */
function helperPath(): string {
  const { platform, arch } = process;
  if (platform !== 'darwin') return '';
  const library = createRequire(import.meta.url).resolve(`@lydell/node-pty-${platform}-${arch}`);
  return join(dirname(library), '..', 'prebuilds', `${platform}-${arch}`, 'spawn-helper');
}
