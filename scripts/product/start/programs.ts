/** Programs of the system, such as redis-server: never installed here, found where they are, and ended with this process. */
import { hasCommand } from '../../lib/exec.ts';

/** Folders of server programs, which Debian leaves out of a user's PATH. */
const SERVERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Environment in which system programs are found. */
export function systemEnv(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...env, PATH: [env.PATH, ...SERVERS].filter(Boolean).join(':') };
}

/** Names of the programs that this machine lacks. */
export async function missingPrograms(names: readonly string[], env: NodeJS.ProcessEnv): Promise<string[]> {
  const there = await Promise.all(names.map((name) => hasCommand(name, env)));
  return names.filter((_, index) => !there[index]);
}

/** Wraps a command so that on Linux the kernel kills it when its parent process is gone, however that died. */
export function tethered(...command: readonly string[]): string[] {
  return process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', ...command] : [...command];
}
