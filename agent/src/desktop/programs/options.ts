/** What a caller says about a desktop, and how the values that it leaves out are filled in. */
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
  /** Goes on without Chromium's sandbox where this machine permits none. */
  readonly allowUnsandboxed?: boolean;
  /** Ranges of addresses that may be reached though they are not public, such as "10.1.0.0/16". */
  readonly reachable?: readonly string[];
  /** Time since the start of the desktop's container, ms. */
  readonly ageMs?: number;
  /** Other programs use the same network interfaces, so only what Chromium sends is counted as sent. */
  readonly sharesNetwork?: boolean;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  readonly onPhase?: (phase: Phase) => void;
  /** Is called with the debugging pipe of each Chromium: the first one, and each one after a restart. */
  readonly onPipe?: (pipe: ChromiumPipe) => void;
  readonly clock?: Clock;
  /** Returns the ms since 1970. */
  readonly now?: () => number;
  readonly paths?: Partial<ProgramPaths>;
  /** Resolves when the VNC server on this socket shows a picture. Rejects when `signal` aborts. */
  readonly painted?: (socketPath: string, signal: AbortSignal) => Promise<void>;
  /** For tests. */
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
