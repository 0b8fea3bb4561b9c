/** A pseudo-terminal with a program in it. This interface is all that a terminal knows of a runtime. */

export interface PtyExit {
  /** 0 to 255. For a program that was killed: 128 + signal, as in shells. */
  code: number;
  /** Number of the signal, if the runtime reports it. */
  signal: number | null;
}

export interface PtySize {
  cols: number;
  rows: number;
}

export interface Pty {
  /** Sets the listener for output. Call it once, in the same event-loop turn that opened the PTY, or output is lost. */
  onData(listener: (bytes: Uint8Array) => void): void;
  /** Calls `done` when the bytes are in the terminal's input queue, or the program is gone. The order is kept. */
  write(bytes: Uint8Array, done: () => void): void;
  resize(size: PtySize): void;
  /** Stops reading, which soon blocks the program in a write. */
  pause(): void;
  resume(): void;
  /** Sends SIGHUP, and a little later SIGKILL to what still runs. Reading goes on to the end, but output may be lost. */
  kill(): void;
  /** Resolves after the last byte of output was delivered. So it does not resolve while the PTY is paused. */
  readonly exited: Promise<PtyExit>;
}

/** Time between SIGHUP and SIGKILL. */
export const HANGUP_GRACE_MS = 1_000;

/** Environment variables that describe the terminal to its programs. */
export const TERMINAL_ENV = {
  TERM: 'xterm-256color',
  COLORTERM: 'truecolor',
  LANG: 'C.UTF-8',
} as const;
