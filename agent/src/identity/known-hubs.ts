/** hubs.json: the hubs of the deployment as last heard, the nearest first, for when the one that was joined is away. */
import { join } from 'node:path';
import type { HubPlace } from '@unicore/protocol';
import type { Logger } from 'pino';
import { z } from 'zod';
import { LatestFile, readJson } from '../files/index.ts';

const File = z.object({
  /** The one that was joined: what another one said before does not count. */
  hub: z.string(),
  places: z.array(z.object({ region: z.string().nullable(), url: z.url() })),
});

export class KnownHubs {
  readonly places: readonly HubPlace[];
  readonly #hub: string;
  readonly #file: LatestFile;
  readonly #log: Logger;

  private constructor(path: string, hub: string, places: readonly HubPlace[], log: Logger) {
    this.#file = new LatestFile(path);
    this.#hub = hub;
    this.places = places;
    this.#log = log;
  }

  /** A damaged file is no reason to stay away from the hub. */
  static async load(agentDir: string, hub: string, log: Logger): Promise<KnownHubs> {
    const path = join(agentDir, 'hubs.json');
    const file = await readJson(path, File, 'Delete it.').catch(() => undefined);
    return new KnownHubs(path, hub, file?.hub === hub ? file.places : [], log);
  }

  async save(places: readonly HubPlace[]): Promise<void> {
    const value = { hub: this.#hub, places: places.map(({ region, url }) => ({ region, url })) };
    await this.#file
      .save(() => value)
      .catch((error: unknown) => this.#log.error({ err: error }, 'hubs.json could not be written'));
  }
}
