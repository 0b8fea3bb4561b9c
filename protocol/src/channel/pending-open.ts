/**
 * An OPEN that was neither accepted nor refused yet. This object reserves the channel number until the
 * decision. Until then, the peer may only cancel the OPEN.
 */

import type { Leg, Port } from '../leg/index.ts';
import { type FrameOf, FrameType, UniCoreError } from '../wire/index.ts';

export class PendingOpen implements Port {
  readonly leg: Leg;
  readonly open: FrameOf<typeof FrameType.OPEN>;

  constructor(leg: Leg, open: FrameOf<typeof FrameType.OPEN>) {
    this.leg = leg;
    this.open = open;
    leg.bind(open.ch, this);
  }

  /** True while the peer still waits for an answer to its OPEN. */
  get wanted(): boolean {
    return this.leg.portOf(this.open.ch) === this;
  }

  leave(): void {
    if (this.wanted) this.leg.unbind(this.open.ch);
  }

  receive(type: number): void {
    if (type !== FrameType.RESET && type !== FrameType.DETACHED) {
      throw new UniCoreError('FLOW_VIOLATION', 'Nothing may be sent on a channel before ACCEPT.');
    }
    this.leave();
  }

  /** Nothing to do when the leg has closed or the channel has failed: the channel number is already free. */
  lost(): void {}
}
