/**
 * A pseudo-terminal (PTY) in which a program runs. All runtimes provide this same interface to the terminals.
 */

export interface PtyExit {
  /**
   * Exit status, 0 to 255. For a program that was killed by a signal: 128 + the signal's number, as in
   * shells.
   */
  code: number;
  /** Number of the signal that killed the program, if the runtime reports it. */
  signal: number | null;
}

export interface PtySize {
  cols: number;
  rows: number;
}

export interface Pty {
  /**
   * Sets the listener for output. Call this method once, in the same event-loop turn that opened the PTY.
   * Otherwise output is lost.
   */
  onData(listener: (bytes: Uint8Array) => void): void;
  /**
   * Writes input in order. Calls `done` when the bytes are in the terminal's input queue, or when the program
   * has ended.
   */
  write(bytes: Uint8Array, done: () => void): void;
  resize(size: PtySize): void;
  /** Stops reading output. Soon the program blocks when it writes. */
  pause(): void;
  resume(): void;
  /**
   * Sends SIGHUP. After HANGUP_GRACE_MS, sends SIGKILL to the programs that still run. Reading goes on to the
   * end, but some output may be lost.
   */
  kill(): void;
  /**
   * Resolves after the last byte of output was delivered. While the PTY is paused, this promise does not
   * resolve.
   */
  readonly exited: Promise<PtyExit>;
}

/** Time between SIGHUP and SIGKILL, in ms. */
export const HANGUP_GRACE_MS = 1_000;

/** Environment variables that describe the terminal to its programs. */
export const TERMINAL_ENV = {
  TERM: 'xterm-256color',
  COLORTERM: 'truecolor',
  LANG: 'C.UTF-8',
} as const;
