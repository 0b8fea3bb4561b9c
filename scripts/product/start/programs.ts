/** System programs such as redis-server. We never install them, find them in PATH, and end them with npm start. */
import { hasCommand } from '../../lib/exec.ts';

/** Folders of server programs, which Debian leaves out of a user's PATH. */
const SERVERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The environment for starting one of these programs. */
export function systemEnv(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...env, PATH: [env.PATH, ...SERVERS].filter(Boolean).join(':') };
}

/** Those of the named programs that this machine lacks. */
export async function missingPrograms(names: readonly string[], env: NodeJS.ProcessEnv): Promise<string[]> {
  const there = await Promise.all(names.map((name) => hasCommand(name, env)));
  return names.filter((_, index) => !there[index]);
}

/** Wraps a command so that on Linux the kernel kills it when its parent has died, even by SIGKILL. */
export function tethered(...command: readonly string[]): string[] {
  return process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', ...command] : [...command];
}
