/** What the rest of the agent uses of PTYs. */
export { openPty } from './open.ts';
export type { Pty, PtyExit, PtySize } from './pty.ts';
