/** Programs of the system, such as redis-server: never installed by us, found where they are, and ended with us. */
import { hasCommand } from '../../lib/exec.ts';

/** Where servers are installed. Debian leaves these out of a user's PATH. */
const SERVERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** For whatever starts one of them. */
export function systemEnv(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...env, PATH: [env.PATH, ...SERVERS].filter(Boolean).join(':') };
}

/** Which of them this machine lacks. */
export async function missingPrograms(names: readonly string[], env: NodeJS.ProcessEnv): Promise<string[]> {
  const there = await Promise.all(names.map((name) => hasCommand(name, env)));
  return names.filter((_, index) => !there[index]);
}

/** The command, so that on Linux the kernel ends it when the process that started it is gone, however that died. */
export function tethered(...command: readonly string[]): string[] {
  return process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', ...command] : [...command];
}
