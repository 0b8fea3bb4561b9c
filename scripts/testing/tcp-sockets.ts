/** Lists the TCP sockets of processes with the program `ss`. */
import { exec } from '../lib/exec.ts';

/** Returns the lines of `ss` about these processes. */
export async function socketsOf(pids: readonly number[], what: 'listening' | 'connected'): Promise<string[]> {
  const listing = await exec('ss', [what === 'listening' ? '-Htnlp' : '-Htnp']);
  return listing.split('\n').filter((line) => pids.some((pid) => line.includes(`pid=${pid},`)));
}
