/** Debian packages that tests need, and their installation as root. */
import { existsSync } from 'node:fs';
import { exec, hasCommand } from '../lib/exec.ts';

/** How long apt waits for its lock: another apt may be running, such as the machine's first update. */
const APT_LOCK_SECONDS = 120;

export interface Need {
  readonly package: string;
  /** A command of the package. If it is in PATH, the package counts as installed, by whatever means. */
  readonly command: string;
  /** Which tests need it. */
  readonly suites: string;
}

export function mayInstall(): boolean {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version');
}

export async function missing(needs: readonly Need[]): Promise<Need[]> {
  const there = await Promise.all(needs.map((need) => hasCommand(need.command)));
  return needs.filter((_, index) => !there[index]);
}

export async function install(needs: readonly Need[]): Promise<void> {
  const apt = ['-q', '-o', `DPkg::Lock::Timeout=${APT_LOCK_SECONDS}`];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await exec('apt-get', [...apt, 'update'], { env });
  const packages = needs.map((need) => need.package);
  await exec('apt-get', [...apt, 'install', '-y', '--no-install-recommends', ...packages], { env });
}
