/** Finds the Debian packages that the tests need but the machine lacks, and installs them with apt-get. */
import { existsSync } from 'node:fs';
import { exec, hasCommand } from '../lib/exec.ts';

/** Time limit for apt-get to wait for its lock, in seconds. Another apt-get may hold the lock for long. */
const APT_LOCK_SECONDS = 120;

export interface Need {
  readonly package: string;
  /** A command from the package. If the command is in PATH, the package counts as installed. */
  readonly command: string;
  /** Vitest project whose tests need the package. `*` matches any characters. */
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
