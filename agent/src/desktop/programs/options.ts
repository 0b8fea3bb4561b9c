/** The options of a desktop's programs, and their default values. */
import { type Clock, systemClock } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { ChromiumPipe } from './chromium.ts';
import { painted } from './painted.ts';
import type { Phase } from './phase.ts';

export interface ProgramsOptions {
  /** The desktop's own folder. It is made if it is missing, and must belong to this user alone. */
  readonly folder: string;
  /** Size of the screen at the start, in pixels. */
  readonly width?: number;
  readonly height?: number;
  readonly scale?: 1 | 2;
  readonly startUrl?: string;
  /** Name of the time zone, such as "Europe/Berlin". */
  readonly timeZone?: string;
  /** Allows to run without Chromium's sandbox on machines that do not permit it. */
  readonly allowUnsandboxed?: boolean;
  /** Ranges of private addresses that the desktop may reach, such as "10.1.0.0/16". */
  readonly reachable?: readonly string[];
  /** Time since the desktop's container was started, ms. */
  readonly ageMs?: number;
  /** True if other programs use the same network interfaces. Then only the bytes that Chromium sends are counted. */
  readonly sharesNetwork?: boolean;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  readonly onPhase?: (phase: Phase) => void;
  /** Called with the debugging pipe of each Chromium: the first one, and each one after a crash. */
  readonly onPipe?: (pipe: ChromiumPipe) => void;
  readonly clock?: Clock;
  /** Returns the wall clock, ms since 1970. */
  readonly now?: () => number;
  readonly paths?: Partial<ProgramPaths>;
  /** Resolves when the VNC server on this socket shows a picture. Rejects when `signal` aborts. Tests replace it. */
  readonly painted?: (socketPath: string, signal: AbortSignal) => Promise<void>;
  /** Further flags of Chromium, for tests. */
  readonly extraFlags?: readonly string[];
}

export interface ProgramPaths {
  readonly xvnc: string;
  readonly openbox: string;
  readonly chromium: string;
}

export function withDefaults(options: ProgramsOptions) {
  return {
    width: 1280,
    height: 720,
    scale: 1,
    startUrl: 'about:blank',
    timeZone: 'UTC',
    allowUnsandboxed: false,
    reachable: [],
    ageMs: 0,
    sharesNetwork: false,
    onPhase: () => {},
    onPipe: () => {},
    clock: systemClock,
    now: Date.now,
    painted,
    extraFlags: [],
    ...options,
    paths: { xvnc: 'Xvnc', openbox: 'openbox', chromium: '/usr/lib/chromium/chromium', ...options.paths },
  } satisfies ProgramsOptions;
}

export type FullOptions = ReturnType<typeof withDefaults>;
