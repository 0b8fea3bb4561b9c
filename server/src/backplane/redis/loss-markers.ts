/**
 * Detects that Redis may have lost data. Each Redis node has marker keys that contain their creation time,
 * and each Redis process has a run id. A new marker or a new run id means that data may be lost.
 */
import { z } from 'zod';
import type { Commands } from './commands.ts';
import { TIME } from './time.ts';

const MARK = `${TIME}
redis.call('SET', KEYS[1], string.format('%.0f', now), 'NX')
return {redis.call('GET', KEYS[1]), string.format('%.0f', now)}`;

const Marked = z.tuple([z.coerce.number(), z.coerce.number()]);

/**
 * Each node of a Redis cluster can lose its data alone, so each node needs a marker key. The hash tag in a
 * key decides in which slot the key is stored. With these 16 hash tags, there is one marker in each sixteenth
 * of the slots. So each node has a marker if up to eight nodes share the slots equally.
 */
const CLUSTER_TAGS = [10, 3, 61, 43, 11, 2, 60, 42, 12, 1, 63, 41, 13, 0, 62, 40];

export class LossMarkers {
  readonly #commands: Commands;
  readonly #markers: readonly string[];

  constructor(commands: Commands, prefix: string, cluster: boolean) {
    this.#commands = commands;
    this.#markers = (cluster ? CLUSTER_TAGS : [0]).map((tag) => `${prefix}since:{${tag}}`);
  }

  /** Returns how long ago any Redis node was last empty, ms. */
  async age(): Promise<number> {
    return Math.min(...(await this.#marked()).map(([since, now]) => now - since));
  }

  /**
   * Returns the markers and run ids of all Redis nodes. An entry that was not there before means that data
   * may be lost.
   */
  async marks(): Promise<Set<string>> {
    const [marked, processes] = await Promise.all([this.#marked(), this.#processes()]);
    return new Set([...marked.map(([since], i) => `${i}:${since}`), ...processes]);
  }

  #marked(): Promise<z.infer<typeof Marked>[]> {
    return Promise.all(
      this.#markers.map(async (key) => Marked.parse(await this.#commands.script('age', MARK, key))),
    );
  }

  #processes(): Promise<string[]> {
    return this.#commands.ask('info', () =>
      Promise.all(
        this.#commands.nodes().map(async (node) => {
          const info = await node.info('server');
          return /^run_id:(\w+)/m.exec(info)?.[1] ?? 'unknown';
        }),
      ),
    );
  }
}
