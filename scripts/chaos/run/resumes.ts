/**
 * Part of the chaos runs: measures how long each channel needed to resume after a fault. The time counts from
 * when the faulty process or network line works again.
 */
import type { Gap } from './messages.ts';

/** A fault that has occurred or is still active. */
export interface Committed {
  readonly name: string;
  /** Numbers of the channels whose path uses the process or network line that the fault hit. */
  readonly channels: ReadonlySet<number>;
  readonly from: number;
  /** When the faulty process or network line worked again. Undefined while the fault is active. */
  to: number | undefined;
}

export interface Row {
  readonly name: string;
  readonly faults: number;
  /**
   * How often channels resumed after faults of this kind. The two directions of a channel count separately.
   */
  readonly resumes: number;
  /**
   * Percentiles and maximum of the time that channels needed to resume, ms. The time counts from when the
   * faulty process or network line worked again. Undefined if no channel resumed.
   */
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  readonly max: number | undefined;
}

export class Resumes {
  readonly #faults: Committed[] = [];
  readonly #gaps: Gap[] = [];

  begin(fault: Committed): void {
    this.#faults.push(fault);
  }

  gap(gap: Gap): void {
    this.#gaps.push(gap);
  }

  /**
   * Returns the rows of the report. There is a row for each kind of fault. It shows the times from the end of
   * the fault until channels transferred bytes again. Two more rows show how long channels transferred no
   * bytes: one for channels that continued while a fault was still active, and one for pauses that no fault
   * explains.
   */
  rows(): Row[] {
    const times = new Map<string, number[]>(this.#faults.map(({ name }) => [name, []]));
    const early: number[] = [];
    const quiet: number[] = [];
    for (const gap of this.#gaps) {
      const fault = this.#last(gap);
      const took = gap.to - gap.from;
      if (!fault) quiet.push(took);
      else if (isUndone(fault, gap)) times.get(fault.name)!.push(gap.to - fault.to);
      else early.push(took);
    }
    const rows = [...times].map(([name, list]) => {
      return row(name, this.#faults.filter((fault) => fault.name === name).length, list);
    });
    rows.sort((a, b) => a.name.localeCompare(b.name));
    return [...rows, row('before it was undone', 0, early), row('no fault', 0, quiet)];
  }

  /**
   * Returns one row of the report that covers the faults of all kinds. It shows the times from the end of a
   * fault until channels transferred bytes again.
   */
  total(): Row {
    const list = this.#gaps.flatMap((gap) => {
      const fault = this.#last(gap);
      return fault && isUndone(fault, gap) ? [gap.to - fault.to] : [];
    });
    return row('all', this.#faults.length, list);
  }

  /**
   * Returns the fault that explains why a channel transferred no bytes for a while (a gap). If several faults
   * overlap the gap, the result is the fault that ended last. A network line that is still slow counts as an
   * active fault.
   */
  #last({ channel, from, to }: Gap): Committed | undefined {
    let last: Committed | undefined;
    for (const fault of this.#faults) {
      if (!fault.channels.has(channel) || fault.from > to || backAt(fault) < from) continue;
      if (!last || backAt(fault) >= backAt(last)) last = fault;
    }
    return last;
  }
}

function backAt({ to }: Committed): number {
  return to ?? Number.POSITIVE_INFINITY;
}

function isUndone(fault: Committed, gap: Gap): fault is Committed & { to: number } {
  return backAt(fault) <= gap.to;
}

function row(name: string, faults: number, times: number[]): Row {
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))];
  return { name, faults, resumes: times.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
