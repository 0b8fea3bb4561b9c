/**
 * Measures CPU load, free memory and free disk space of this machine. Every BEAT (heartbeat) frame carries
 * these values to the hub.
 */
import { statfs } from 'node:fs/promises';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import type { BeatMeta } from '@unicore/protocol/control';

interface CpuTimes {
  busy: number;
  total: number;
}

export class LoadMeter {
  readonly #dir: string;
  #last: CpuTimes = cpuTimes();

  /** dir: a folder on the disk whose free space is reported. */
  constructor(dir: string) {
    this.#dir = dir;
  }

  /**
   * Returns the load of this machine. `cpu` is the share of CPU time (0 to 1) that was busy since the last
   * call.
   */
  async sample(vms: number): Promise<BeatMeta> {
    const now = cpuTimes();
    const total = now.total - this.#last.total;
    const cpu = total > 0 ? (now.busy - this.#last.busy) / total : 0;
    this.#last = now;
    const disk = await statfs(this.#dir);
    return {
      cpu: Math.min(1, Math.max(0, cpu)),
      cores: availableParallelism(),
      memoryTotal: totalmem(),
      memoryFree: freemem(),
      diskTotal: disk.blocks * disk.bsize,
      diskFree: disk.bavail * disk.bsize,
      vms,
    };
  }
}

function cpuTimes(): CpuTimes {
  const times = { busy: 0, total: 0 };
  for (const { times: t } of cpus()) {
    const busy = t.user + t.nice + t.sys + t.irq;
    times.busy += busy;
    times.total += busy + t.idle;
  }
  return times;
}
