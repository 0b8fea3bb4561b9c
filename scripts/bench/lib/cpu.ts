/** CPU time and descendants of processes, read from Linux's /proc. */
import { readdirSync, readFileSync } from 'node:fs';

/** The unit in /proc, the same on every Linux that Node supports. */
const TICKS_PER_SECOND = 100;

/** CPU seconds of these processes, user and system; undefined without /proc. */
export function cpuSeconds(pids: readonly number[]): number | undefined {
  try {
    return pids.reduce((total, pid) => total + ticksOf(pid), 0) / TICKS_PER_SECOND;
  } catch {
    return undefined;
  }
}

/** CPU seconds of the whole machine, on all cores; undefined without /proc. */
export function machineSeconds(): number | undefined {
  try {
    const [, user, nice, system, _idle, _ioWait, irq, softIrq, steal] = readFileSync('/proc/stat', 'latin1')
      .split('\n', 1)[0]!
      .split(/ +/)
      .map(Number);
    return (user! + nice! + system! + irq! + softIrq! + steal!) / TICKS_PER_SECOND;
  } catch {
    return undefined;
  }
}

/** The process and its descendants; only the process itself without /proc. */
export function descendants(pid: number): number[] {
  try {
    const parents = new Map<number, number>();
    for (const entry of readdirSync('/proc')) {
      if (/^\d+$/.test(entry)) parents.set(Number(entry), parentOf(entry));
    }
    const found = [pid];
    for (const one of found) {
      for (const [child, parent] of parents) if (parent === one) found.push(child);
    }
    return found;
  } catch {
    return [pid];
  }
}

function parentOf(pid: string): number {
  try {
    return Number(fieldsOf(pid)[1]);
  } catch {
    // The process ended while its file was read.
    return 0;
  }
}

function ticksOf(pid: number): number {
  const fields = fieldsOf(pid);
  // utime and stime are fields 14 and 15 of the line.
  return Number(fields[11]) + Number(fields[12]);
}

/** The fields from the third on: pid (name) state ppid …. The name may contain any character. */
function fieldsOf(pid: number | string): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
