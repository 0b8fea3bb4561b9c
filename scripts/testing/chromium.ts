/** Starts a real Chromium that can connect only to this machine. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Returns options to launch Chromium. They contain no executable path if Chromium is not installed. */
export function chromiumOptions(): Pick<LaunchOptions, 'executablePath' | 'args'> {
  const executablePath = PATHS.find((path) => existsSync(path));
  const args = [
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
  ];
  // Chromium's sandbox does not work for root. Running without it is safe, because only UniCore's own pages
  // are opened.
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
