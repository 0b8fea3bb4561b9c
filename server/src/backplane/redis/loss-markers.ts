/**
 * Whether Redis still has what hubs put there: markers, made with the time where they are missing, and the names of the
 * processes. If a marker or a process is another one than before, something may be gone.
 */
import { z } from 'zod';
import type { Commands } from './commands.ts';
import { TIME } from './time.ts';

const MARK = `${TIME}
redis.call('SET', KEYS[1], string.format('%.0f', now), 'NX')
return {redis.call('GET', KEYS[1]), string.format('%.0f', now)}`;

const Marked = z.tuple([z.coerce.number(), z.coerce.number()]);

/**
 * Each node of a cluster loses its data by itself, so each needs a marker: the slots of these hash tags lie one in each
 * sixteenth of all slots, so up to eight nodes with equal shares have one at least.
 */
const CLUSTER_TAGS = [10, 3, 61, 43, 11, 2, 60, 42, 12, 1, 63, 41, 13, 0, 62, 40];

export class LossMarkers {
  readonly #commands: Commands;
  readonly #markers: readonly string[];

  constructor(commands: Commands, prefix: string, cluster: boolean) {
    this.#commands = commands;
    this.#markers = (cluster ? CLUSTER_TAGS : [0]).map((tag) => `${prefix}since:{${tag}}`);
  }

  /** Milliseconds since the youngest part of it began empty. */
  async age(): Promise<number> {
    return Math.min(...(await this.#marked()).map(([since, now]) => now - since));
  }

  /** What makes this Redis the one it is; anything that was not in here before means a loss. */
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
