/**
 * One side of a simulated path. It dials its hub whenever it has no socket, and can open a newer socket beside an old
 * one.
 */

import type { Leg, LegHandler } from '../leg/index.ts';
import type { Clock } from '../time/index.ts';
import { legPair } from './leg-pair.ts';
import type { Wire } from './wire.ts';

export interface DiallerOptions {
  clock: Clock;
  peer: 'consumer' | 'provider';
  /** One-way delay in ms; called for each socket. */
  delayMs: () => number;
  /** Pause between the loss of a socket and the next attempt, ms. */
  reconnectMs: number;
  hubUp: () => boolean;
  /** Makes the handler for the hub's end of a socket. */
  hub: (leg: () => Leg) => LegHandler;
  open?: (leg: Leg, ...open: Parameters<NonNullable<LegHandler['open']>>) => void;
  /** Called when a newer socket is up. */
  up?: () => void;
}

export class Dialler {
  /** The newest socket that is up. */
  current: Leg | undefined;
  readonly #options: DiallerOptions;
  readonly #wires = new Set<Wire>();
  /** Sockets that are being opened, and attempts that are scheduled. */
  #dialling = 0;

  constructor(options: DiallerOptions) {
    this.#options = options;
    this.#dial();
  }

  /** Opens another socket, unless one is being opened. A consumer closes the old one when no channel is left on it. */
  renew(): void {
    if (this.#dialling === 0) this.#dial();
  }

  /** Cuts every socket. */
  cut(): void {
    for (const wire of [...this.#wires]) wire.cut();
  }

  #dial(): void {
    this.#dialling++;
    const { clock, peer, delayMs, hub, open, up, hubUp } = this.#options;
    let wasUp = false;
    const handler: LegHandler = {
      welcome: () => {
        wasUp = true;
        this.#dialling--;
        const old = this.current;
        this.current = near;
        up?.();
        if (peer === 'consumer' && old?.channels === 0) old.close('OK', 'moved');
      },
      ...(open && { open: (frame) => open(near, frame) }),
      idle: () => {
        if (peer === 'consumer' && this.current !== near) near.close('OK', 'moved');
      },
      closed: () => {
        this.#wires.delete(wire);
        if (!wasUp) this.#dialling--;
        if (this.current === near) this.current = undefined;
        if (!this.current && this.#dialling === 0) this.#dialLater();
      },
    };
    const { wire, near } = legPair(clock, delayMs(), {
      near: { peer: 'hub', handler: () => handler },
      far: { peer, handler: hub },
    });
    this.#wires.add(wire);
    if (!hubUp()) clock.after(0, () => wire.cut());
  }

  #dialLater(): void {
    this.#dialling++;
    this.#options.clock.after(this.#options.reconnectMs, () => {
      this.#dialling--;
      this.#dial();
    });
  }
}
