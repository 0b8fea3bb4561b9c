/** A pseudo-terminal with a program in it: the one thing that a terminal needs to know of a runtime. */

export interface PtyExit {
  /** 0 to 255; 128 + signal for a program that was killed, as shells say it. */
  code: number;
  /** Number of the signal, where the runtime tells. */
  signal: number | null;
}

export interface PtySize {
  cols: number;
  rows: number;
}

export interface Pty {
  /** Called once, before the first turn of the event loop ends: later, output would be lost. */
  onData(listener: (bytes: Uint8Array) => void): void;
  /** done: the bytes are in the terminal's own queue, or the program is gone. Order is kept. */
  write(bytes: Uint8Array, done: () => void): void;
  resize(size: PtySize): void;
  /** Stops reading; soon after, the program waits in its next write. */
  pause(): void;
  resume(): void;
  /** Hangs up, and ends whatever still runs in it a little later. Output may be lost, so it is read on to the end. */
  kill(): void;
  /** Settles once, after the last byte of output was handed over; a paused PTY therefore has not ended. */
  readonly exited: Promise<PtyExit>;
}

/** How long a program may take to end after a hangup. */
export const HANGUP_GRACE_MS = 1_000;

/** What every terminal's programs are told about it. */
export const TERMINAL_ENV = {
  TERM: 'xterm-256color',
  COLORTERM: 'truecolor',
  LANG: 'C.UTF-8',
} as const;
