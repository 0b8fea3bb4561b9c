/** Keeps the past states of resources, so that a list can show an older state. */

interface Version<T> {
  at: number;
  value: T | undefined;
}

/** Older states are forgotten after this time, ms. Lists can show no older state than that. */
const MOST_LAG_MS = 120_000;

export class Versions<T> {
  readonly #all = new Map<string, Version<T>[]>();

  /**
   * Stores the state of a resource from the time `at` on. Undefined means that the resource does not exist any
   * more.
   */
  note(name: string, at: number, value: T | undefined): void {
    const versions = this.#all.get(name) ?? [];
    versions.push({ at, value });
    while (versions[1] !== undefined && versions[1].at < at - MOST_LAG_MS) versions.shift();
    this.#all.set(name, versions);
  }

  /** Returns the resources that existed at this time. */
  asOf(at: number): T[] {
    const values: T[] = [];
    for (const [name, versions] of this.#all) {
      const last = versions.at(-1);
      if (last && last.value === undefined && last.at < at - MOST_LAG_MS) this.#all.delete(name);
      const value = versions.findLast((version) => version.at <= at)?.value;
      if (value !== undefined) values.push(value);
    }
    return values;
  }
}
