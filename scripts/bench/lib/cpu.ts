/** CPU time and descendants of processes, read from Linux's /proc. */
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks per second in /proc; the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Seconds of CPU that these processes have used, user and system; undefined where there is no /proc. */
export function cpuSeconds(pids: readonly number[]): number | undefined {
  try {
    return pids.reduce((total, pid) => total + ticksOf(pid), 0) / TICKS_PER_SECOND;
  } catch {
    return undefined;
  }
}

/** Seconds of CPU that the whole machine has used, on all cores; undefined where there is no /proc. */
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

/** Ids of a process and all its descendants; only its own id where there is no /proc. */
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
    // The process ended during the search.
    return 0;
  }
}

function ticksOf(pid: number): number {
  const fields = fieldsOf(pid);
  // CPU time: utime and stime are fields 14 and 15 of the whole stat line.
  return Number(fields[11]) + Number(fields[12]);
}

/** Fields of /proc/PID/stat from the third on: pid (name) state ppid …. The name may contain spaces and brackets. */
function fieldsOf(pid: number | string): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
