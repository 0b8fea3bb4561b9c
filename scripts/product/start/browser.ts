/** Opens the page in the user's default browser, if this machine has a browser. */
import { spawn } from 'node:child_process';

/**
 * Returns true if this process can probably open a browser. Returns false in CI, over SSH, without a terminal
 * or display, and for root, because most browsers refuse to run as root. The user can then open the printed
 * link.
 */
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
  // A failure to start the browser is ignored, because the link is printed in any case.
  child.on('error', () => {});
  child.unref();
}
