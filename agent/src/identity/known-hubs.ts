/**
 * hubs.json: the known hubs of the deployment, nearest first. If the hub that the agent joined is down, the
 * agent tries the other hubs in this list.
 */
import { join } from 'node:path';
import type { HubPlace } from '@unicore/protocol';
import type { Logger } from 'pino';
import { z } from 'zod';
import { LatestFile, readJson } from '../files/index.ts';

const File = z.object({
  /**
   * Address of the hub that the agent had joined when the list was saved. If the agent has joined another hub
   * since, the list is ignored.
   */
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

  /**
   * Loads the known hubs. A damaged file is treated as an empty list, since the agent can still dial the hub
   * that it joined.
   */
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
