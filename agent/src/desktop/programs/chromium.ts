/** The command line of Chromium in a desktop. */
import { statfs } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { type Isolation, PROXY_PORT } from './isolation.ts';

/** Chromium needs this much of /dev/shm for its pictures, in bytes. With less, pages crash. */
const LEAST_SHM_BYTES = 256 * 1024 * 1024;
const DISABLED_FEATURES = ['MediaRouter', 'OptimizationHints', 'GlobalMediaControls'];

/** Chromium's debugging pipe: JSON messages, each ended by a NUL byte. */
export interface ChromiumPipe {
  /** The stream that Chromium reads. */
  readonly toChromium: Duplex;
  readonly fromChromium: Duplex;
  /** Resolves when this Chromium has exited. */
  readonly closed: Promise<void>;
}

export interface ChromiumOptions {
  /** The program file itself. Debian's script around it would add flags from the settings of the machine's owner. */
  readonly command: string;
  readonly profile: string;
  readonly scale: 1 | 2;
  readonly startUrl: string;
  readonly isolation: Isolation;
  /** True if an earlier Chromium of this desktop crashed. Its tabs are then opened again. */
  readonly isRestart: boolean;
  readonly hasShm: boolean;
  readonly extraFlags: readonly string[];
}

/** Returns true if /dev/shm is large enough for Chromium. */
export async function hasShm(path = '/dev/shm'): Promise<boolean> {
  // Some containers have no /dev/shm at all.
  const stat = await statfs(path).catch(() => undefined);
  return stat !== undefined && stat.bsize * stat.blocks >= LEAST_SHM_BYTES;
}

export function chromiumCommand(options: ChromiumOptions): string[] {
  return [
    options.command,
    `--user-data-dir=${options.profile}`,
    '--remote-debugging-pipe',
    `--force-device-scale-factor=${options.scale}`,
    ...['--ozone-platform=x11', '--window-position=0,0', '--start-maximized', '--disable-gpu'],
    ...['--no-first-run', '--no-default-browser-check', '--hide-crash-restore-bubble', '--noerrdialogs'],
    ...['--disable-background-networking', '--disable-component-update', '--disable-domain-reliability'],
    ...['--disable-sync', '--no-pings', '--disable-default-apps', '--password-store=basic'],
    // Crash reports are turned off, because nobody would collect them. (--disable-crashpad-for-testing would
    // also stop all network requests.)
    ...['--disable-breakpad', '--disable-crash-reporter'],
    `--disable-features=${DISABLED_FEATURES.join(',')}`,
    ...(options.hasShm ? [] : ['--disable-dev-shm-usage']),
    ...NETWORK[options.isolation],
    ...options.extraFlags,
    ...(options.isRestart ? ['--restore-last-session'] : [options.startUrl]),
  ];
}

/**
 * These flags are used where Chromium has no network namespace of its own. Then it at least does not resolve
 * names and addresses of the machine and of metadata servers.
 */
const NOT_FOUND = [
  ...['localhost', '*.localhost', '127.*', '0.*', '169.254.*', 'metadata', '*.internal'],
  ...['[::*', '[fe8*', '[fe9*', '[fea*', '[feb*', '[fd*'],
];
const NETWORK: Record<Isolation, readonly string[]> = {
  // `<-loopback>` makes Chromium send requests for loopback addresses to the proxy, too. The proxy refuses
  // them.
  sandboxed: [`--proxy-server=socks5://127.0.0.1:${PROXY_PORT}`, '--proxy-bypass-list=<-loopback>'],
  unsandboxed: [
    '--no-sandbox',
    '--no-proxy-server',
    `--host-resolver-rules=${NOT_FOUND.map((pattern) => `MAP ${pattern} ~NOTFOUND`).join(', ')}`,
  ],
};
