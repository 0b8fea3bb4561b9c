/** A real Chromium that talks to this machine only. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Options to launch Chromium with; without an executable if none is installed. */
export function chromiumOptions(): Pick<LaunchOptions, 'executablePath' | 'args'> {
  const executablePath = PATHS.find((path) => existsSync(path));
  const args = [
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
  ];
  // Chromium has no sandbox for root; the only pages that it opens here are UniCore's own.
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  return executablePath === undefined ? { args } : { executablePath, args };
}

export function launchChromium(): Promise<Browser> {
  const options = chromiumOptions();
  if (options.executablePath === undefined) {
    throw new Error('Chromium is not installed: apt-get install chromium');
  }
  return chromium.launch(options);
}
