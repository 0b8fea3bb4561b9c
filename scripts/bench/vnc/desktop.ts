/** UniCore with a desktop, and the different ways to connect to that desktop. */
import { createUniCore, type UniCore } from '@unicore/client/sdk';
import { endDesktop, inPhase } from '../../testing/desktops.ts';
import { Child } from '../../testing/processes/child.ts';
import { Product } from '../carriers/product/product.ts';
import { containerOf, removeDesktop, rfbSocketOf, runDesktop } from './container.ts';
import { BENCH_IMAGE } from './image.ts';
import type { Address } from './line.ts';
import type { NearCalls } from './near.ts';
import type { LinesCalls } from './slow-lines.ts';
import { Websockify } from './websockify.ts';

/** Returns an address for a viewer. It is valid for one connection, because a hub's ticket is. */
type Way = () => Promise<Address>;

/** The ways to one desktop, with and without a slow connection in between. */
export interface Ways {
  readonly ours: Way;
  readonly websockify: Way;
  readonly oursFar: Way;
  readonly websockifyFar: Way;
  readonly directFar: Way;
}

export class Desktop {
  readonly near: Child<NearCalls>;
  readonly #product: Product;
  readonly #owner: UniCore;
  readonly #lines = new Child<LinesCalls>({ script: 'vnc/slow-lines.ts' });
  #sessionId: string | undefined;
  #websockify: Websockify | undefined;

  private constructor(product: Product, cpuProf: string | undefined) {
    this.#product = product;
    this.#owner = createUniCore({ url: product.url, getToken: () => product.token });
    this.near = new Child<NearCalls>({ script: 'vnc/near.ts', cpuProf });
  }

  static async start(cpuProf: string | undefined): Promise<Desktop> {
    const product = await Product.start({ desktops: 'docker', desktopImage: BENCH_IMAGE, cpuProf });
    return new Desktop(product, cpuProf);
  }

  /**
   * Ends the present desktop, if there is one, and creates another. Resolves with the time until its picture is
   * seen, ms.
   */
  async create(): Promise<number> {
    await this.#end();
    const began = performance.now();
    await this.#owner.api.vnc.create.mutate({});
    // If the start fails, no desktop is left, so there is no session id.
    this.#sessionId = (await inPhase(this.#owner, 'running')).sessionId;
    await this.near.call.painted(await this.#screen(this.#product.port));
    return performance.now() - began;
  }

  /** Starts and removes a desktop with `docker run`. Resolves with the time until its picture was seen, ms. */
  async run(): Promise<number> {
    await this.#end();
    const began = performance.now();
    const container = await runDesktop();
    try {
      await this.near.call.painted({ path: await rfbSocketOf(container) });
      return performance.now() - began;
    } finally {
      await removeDesktop(container);
    }
  }

  /** Opens all ways to the desktop that was created last. */
  async ways(): Promise<Ways> {
    const rfbSocket = await rfbSocketOf(await containerOf(this.#sessionId!));
    this.#websockify = await Websockify.start(rfbSocket);
    const { port } = this.#websockify;
    const far = await this.#lines.call.open(this.#product.port);
    const [websockifyFar, directFar] = [
      await this.#lines.call.open(port),
      await this.#lines.call.open(rfbSocket),
    ];
    const url = (of: number) => ({ url: `ws://127.0.0.1:${of}/` });
    return {
      ours: () => this.#screen(this.#product.port),
      oursFar: () => this.#screen(far),
      websockify: async () => url(port),
      websockifyFar: async () => url(websockifyFar),
      directFar: async () => ({ port: directFar }),
    };
  }

  async stop(): Promise<void> {
    await this.near.stop();
    await this.#websockify?.stop();
    await this.#lines.stop();
    await this.#end();
    this.#owner.close();
    await this.#product.stop();
  }

  /** port: the port of the hub, or of a slow connection that leads to the hub. */
  async #screen(port: number): Promise<Address> {
    const wish = { sessionId: this.#sessionId!, to: 'screen' } as const;
    const { pathname, search } = new URL((await this.#owner.api.vnc.connect.mutate(wish)).url);
    return { url: `ws://127.0.0.1:${port}${pathname}${search}` };
  }

  async #end(): Promise<void> {
    if (this.#sessionId === undefined) return;
    await endDesktop(this.#owner, this.#sessionId);
    this.#sessionId = undefined;
  }
}
