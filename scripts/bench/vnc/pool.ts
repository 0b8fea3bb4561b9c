/** A hub whose desktops are booted before anybody wants them, on a fake of Cloud Run that runs them as processes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWorld } from '../../testing/cloud-world.ts';
import { endDesktop } from '../../testing/desktops.ts';
import type { Desktop } from './desktop.ts';

/** Whether a desktop waits is looked up this often, ms. */
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
   * Creates a desktop when one waits, and ends it. Resolves with the ms until the viewer sees its picture, which is the
   * browser's empty page.
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
