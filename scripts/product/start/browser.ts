/** Opens the page in the user's browser, if there is one. */
import { spawn } from 'node:child_process';

/** False in CI, over SSH and without a display, where the printed link serves. Most browsers refuse to run as root. */
export function canOpenBrowser(env: NodeJS.ProcessEnv): boolean {
  if (env.CI || env.SSH_CONNECTION || !process.stdout.isTTY) return false;
  if (process.platform === 'linux')
    return Boolean(env.DISPLAY || env.WAYLAND_DISPLAY) && process.getuid?.() !== 0;
  return true;
}

export function openBrowser(url: string): void {
  const commands: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
    darwin: ['open', url],
    win32: ['cmd', '/c', 'start', '', url.replaceAll('&', '^&')],
  };
  const [command, ...args] = commands[process.platform] ?? ['xdg-open', url];
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  // The link is printed in any case.
  child.on('error', () => {});
  child.unref();
}
