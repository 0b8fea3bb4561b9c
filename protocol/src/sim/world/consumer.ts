/**
 * A simulated consumer that behaves like the SDK. It has one connection, which recovers by itself. If the
 * other end has forgotten a channel, the consumer opens a new one.
 */

import { Opener, WindowPool } from '../../channel/index.ts';
import { Backoff } from '../../time/index.ts';
import type { ErrorCode } from '../../wire/index.ts';
import { App } from './app.ts';
import { Dialler } from './dialler.ts';
import type { Host } from './net.ts';
import { Part } from './part.ts';
import type { PlannedWorld } from './plan.ts';
import { saltOf } from './provider.ts';

/** Pauses before a channel that the other end has forgotten is opened again, ms. */
const REOPEN = { first: 50, most: 2_000 };
/** Errors which mean that the other end has forgotten the channel. */
const FORGOTTEN: ReadonlySet<ErrorCode> = new Set(['EPOCH_LOST', 'LEG_LOST']);

/** Size of the receive windows of all channels together, in bytes. The SDK has the same limit. */
const WINDOWS_BYTES = 4 * 1024 * 1024;

export interface Opened {
  channel: number;
  app: App;
  opener: Opener;
}

export class SimConsumer extends Part<PlannedWorld> {
  readonly #number: number;
  readonly #dialler: Dialler;
  readonly #opened: (epochHex: string, opened: Opened) => void;
  readonly #windows = new WindowPool(WINDOWS_BYTES);
  readonly #living = new Set<Opener>();
  /** Number of channels that still have to be opened, for the first time or again. */
  #expected = 0;

  /** opened: called for each channel that this consumer opens. */
  constructor(
    number: number,
    world: PlannedWorld,
    hub: Host,
    opened: (epochHex: string, opened: Opened) => void,
  ) {
    super(`consumer${number}`, world);
    this.#number = number;
    this.#opened = opened;
    this.#dialler = new Dialler({
      world,
      from: this.name,
      to: hub,
      line: () => world.plan.lines.consumer[number]!,
      peer: 'hub',
      hello: () => ({}),
      handler: this.handler({ closed: () => {} }),
      up: () => {
        for (const opener of this.#living) opener.attach();
      },
      later: (ms, run) => this.later(ms, run),
    });
  }

  /** True if all channels were opened and have closed, and no channel will be opened again. */
  get done(): boolean {
    return this.#expected === 0 && this.#living.size === 0;
  }

  /**
   * Bytes of the shared pool of receive windows that this consumer's channels still hold. After all channels
   * have closed, the value must be 0.
   */
  get keptWindows(): number {
    return WINDOWS_BYTES - this.#windows.left;
  }

  redial(how: { stalls: boolean; closes: boolean }): void {
    this.#dialler.redial(how);
  }

  protected override begin(): void {
    this.#dialler.dial();
    for (const [number, { consumer, openMs }] of this.world.plan.channels.entries()) {
      if (consumer !== this.#number) continue;
      const { random } = this.world;
      const reopen = new Backoff({ ...REOPEN, random: () => random.fraction() });
      this.#openLater(openMs, number, reopen);
    }
  }

  protected override die(): void {
    this.#living.clear();
  }

  #openLater(ms: number, number: number, reopen: Backoff): void {
    this.#expected++;
    this.later(ms, () => {
      this.#expected--;
      this.#open(number, reopen);
    });
  }

  #open(number: number, reopen: Backoff): void {
    const { world } = this;
    const channel = world.plan.channels[number]!;
    const epoch = world.random.bytes(16);
    const epochHex = Array.from(epoch, (byte) => byte.toString(16).padStart(2, '0')).join('');
    const name = `${this.name}/${number}-${epochHex.slice(0, 6)}`;
    const app = new App({
      name,
      clock: world.clock,
      random: world.random,
      channel,
      side: 'opener',
      salt: saltOf(epochHex),
      violated: (what) => world.violated(what),
      event: (text) => world.trace.event(text),
      over: (code) => {
        this.#living.delete(opener);
        if (FORGOTTEN.has(code) && !app.aborted) this.#openLater(reopen.next(), number, reopen);
      },
    });
    const opener: Opener = new Opener({
      clock: world.clock,
      kind: channel.kind,
      meta: () => ({ provider: channel.provider, channel: number }),
      random: (count) => (count === epoch.length ? epoch : world.random.bytes(count)),
      leg: () => this.#dialler.leg,
      resume: true,
      windows: this.#windows,
      ...(world.plan.deflates.consumer[this.#number] && world.deflater ? { deflater: world.deflater } : {}),
      handler: app.handler,
    });
    this.#living.add(opener);
    this.#opened(epochHex, { channel: number, app, opener });
    app.start(opener);
    opener.attach();
  }
}
