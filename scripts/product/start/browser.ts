/** Opens the page in the user's own browser, if there is one. */
import { spawn } from 'node:child_process';

/** False in CI, over SSH, without a display, and for root, as most browsers refuse root: the printed link must do. */
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
  // A failure is ignored, since the link is printed in any case.
  child.on('error', () => {});
  child.unref();
}
