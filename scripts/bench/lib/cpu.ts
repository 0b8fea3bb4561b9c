/** Reads the CPU time and the descendants of processes from Linux's /proc. */
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks per second in /proc. The value is the same on every Linux on which Node runs. */
const TICKS_PER_SECOND = 100;

/**
 * Returns the CPU time (user and system) that these processes have used, in seconds. Returns undefined
 * without /proc.
 */
export function cpuSeconds(pids: readonly number[]): number | undefined {
  try {
    return pids.reduce((total, pid) => total + ticksOf(pid), 0) / TICKS_PER_SECOND;
  } catch {
    return undefined;
  }
}

/**
 * Returns the CPU time that all cores of the machine have used, in seconds. Returns undefined without /proc.
 */
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

/**
 * Returns the ids of a process and of all its descendants. Without /proc, returns only the process's own id.
 */
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
    // The process ended while its parent's id was being looked up.
    return 0;
  }
}

function ticksOf(pid: number): number {
  const fields = fieldsOf(pid);
  // The fields 14 and 15 of /proc/PID/stat are utime and stime. Their sum is the CPU time.
  return Number(fields[11]) + Number(fields[12]);
}

/**
 * Returns the fields of /proc/PID/stat, from the third field (the state) on. The file's content is: pid
 * (name) state ppid …. The name may contain spaces and brackets.
 */
function fieldsOf(pid: number | string): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
