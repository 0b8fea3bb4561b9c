/**
 * Counters stored as plain numbers, so that counting a frame costs no more than an addition. The values are
 * copied to the Prometheus client only at a scrape.
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

  /** Returns the counter with these labels. The caller increments its `count` field directly. */
  cell(labels: Record<Label, string>): Cell {
    const cell = { labels, count: 0 };
    this.#cells.push(cell);
    return cell;
  }
}
