/** Starts, supervises and ends the programs of a desktop: Xvnc, Openbox and Chromium. */
export type { ChromiumPipe } from './chromium.ts';
export type { Isolation } from './isolation.ts';
export type { ProgramPaths, ProgramsOptions } from './options.ts';
export { painted } from './painted.ts';
export type { Phase } from './phase.ts';
export { type Programs, startPrograms } from './programs.ts';
export { readBanner } from './rfb-banner.ts';
export type { Usage } from './usage.ts';
