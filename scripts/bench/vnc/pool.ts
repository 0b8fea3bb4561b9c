/**
 * A hub with a pool of desktops, which are started before anybody wants them. They run as processes on a fake of
 * Cloud Run.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWorld } from '../../testing/cloud-world.ts';
import { endDesktop } from '../../testing/desktops.ts';
import type { Desktop } from './desktop.ts';

/** Interval for checking whether a desktop of the pool is ready, ms. */
const LOOK_MS = 100;

export class Pool {
  readonly #world: CloudWorld;

  private constructor(world: CloudWorld) {
    this.#world = world;
  }

  static async start(): Promise<Pool> {
    return new Pool(await CloudWorld.start({ options: ['--desktop-pool', '1'] }));
  }

  /**
   * Waits until a desktop of the pool is ready, creates a desktop, and ends it. Resolves with the time until the
   * viewer saw its picture (the browser's empty page), ms.
   */
  async create({ near }: Desktop): Promise<number> {
    while (!(await this.#waits())) await sleep(LOOK_MS);
    const user = await this.#world.user('ada');
    const began = performance.now();
    const { sessionId } = await user.api.vnc.create.mutate({});
    const { url } = await user.api.vnc.connect.mutate({ sessionId, to: 'screen' });
    await near.call.seen({ url });
    const took = performance.now() - began;
    await endDesktop(user, sessionId);
    return took;
  }

  async stop(): Promise<void> {
    await this.#world[Symbol.asyncDispose]();
  }

  async #waits(): Promise<boolean> {
    const rows = await this.#world.app.store.desktops();
    return rows.some(({ userId, phase }) => userId === 'pool-0' && phase === 'running');
  }
}
