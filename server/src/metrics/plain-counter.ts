/**
 * Counters in plain numbers that Prometheus reads on each scrape. Counting a frame must cost no more than an addition.
 */
import { Counter, type Registry } from 'prom-client';

export interface Cell {
  count: number;
}

export class PlainCounter<Label extends string = never> {
  readonly #cells: (Cell & { labels: Record<Label, string> })[] = [];

  constructor(registry: Registry, name: string, help: string, labelNames: readonly Label[] = []) {
    const cells = this.#cells;
    new Counter({
      name,
      help,
      labelNames: [...labelNames],
      registers: [registry],
      collect() {
        this.reset();
        for (const { labels, count } of cells) this.inc(labels, count);
      },
    });
  }

  /** Returns a cell; the caller increments its count. */
  cell(labels: Record<Label, string>): Cell {
    const cell = { labels, count: 0 };
    this.#cells.push(cell);
    return cell;
  }
}
