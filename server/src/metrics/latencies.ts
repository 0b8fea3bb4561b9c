/**
 * A histogram that stores plain numbers. A busy connection measures its round trip thousands of times a
 * second, so recording a value must be cheap.
 */
import { Histogram, type Registry } from 'prom-client';

/**
 * Upper bounds of the histogram's buckets for round trips, in seconds. The shortest round trips are between
 * two processes on one machine, the longest are over a very slow network.
 */
const BUCKETS = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2];

interface Row {
  kind: string;
  /**
   * Number of recorded round trips in each bucket. The last element counts the round trips above all bounds.
   */
  counts: Float64Array;
  sum: number;
}

export class Latencies extends Histogram<'kind'> {
  readonly #name: string;
  readonly #help: string;
  readonly #rows: Row[] = [];

  constructor(registry: Registry, name: string, help: string) {
    super({ name, help, labelNames: ['kind'], buckets: BUCKETS, registers: [registry] });
    this.#name = name;
    this.#help = help;
  }

  /** Returns a function that records one round trip, in milliseconds, for connections of this kind. */
  of(kind: string): (ms: number) => void {
    const row: Row = { kind, counts: new Float64Array(BUCKETS.length + 1), sum: 0 };
    this.#rows.push(row);
    return (ms) => {
      const seconds = ms / 1000;
      let at = 0;
      while (at < BUCKETS.length && seconds > BUCKETS[at]!) at++;
      row.counts[at]!++;
      row.sum += seconds;
    };
  }

  /**
   * Returns the histogram's values for Prometheus. prom-client calls this method, but its type declarations
   * omit the method.
   */
  async getForPromString() {
    const values = this.#rows.flatMap((row) => this.#values(row));
    return { name: this.#name, help: this.#help, type: 'histogram', aggregator: 'sum', values };
  }

  #values({ kind, counts, sum }: Row) {
    let count = 0;
    const buckets = [...BUCKETS, '+Inf' as const].map((le, at) => {
      count += counts[at]!;
      return { metricName: `${this.#name}_bucket`, labels: { le, kind }, value: count };
    });
    return [
      ...buckets,
      { metricName: `${this.#name}_sum`, labels: { kind }, value: sum },
      { metricName: `${this.#name}_count`, labels: { kind }, value: count },
    ];
  }
}
