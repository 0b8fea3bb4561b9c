/** Pseudo-terminals (PTYs) in containers and on this machine. */
export { openPty } from './open.ts';
export type { Pty, PtyExit, PtySize } from './pty.ts';
