/** Finds system programs such as redis-server, and makes them end with this process. Installs nothing. */
import { hasCommand } from '../../lib/exec.ts';

/** Folders of server programs. Debian does not include them in the PATH of ordinary users. */
const SERVERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Returns an environment whose PATH also contains the folders of server programs. */
export function systemEnv(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...env, PATH: [env.PATH, ...SERVERS].filter(Boolean).join(':') };
}

/** Returns the names of the programs that are not installed on this machine. */
export async function missingPrograms(names: readonly string[], env: NodeJS.ProcessEnv): Promise<string[]> {
  const there = await Promise.all(names.map((name) => hasCommand(name, env)));
  return names.filter((_, index) => !there[index]);
}

/** Wraps a command so that the Linux kernel kills its process when the parent process dies. */
export function tethered(...command: readonly string[]): string[] {
  return process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', ...command] : [...command];
}
