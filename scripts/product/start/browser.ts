/** Opens the page in the person's own browser, where there is one. */
import { spawn } from 'node:child_process';

/** Not in CI, over SSH, or where no display is: the printed link does there. Root's browsers mostly refuse to start. */
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
  // The link is on the screen in any case.
  child.on('error', () => {});
  child.unref();
}
