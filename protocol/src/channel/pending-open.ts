/** Holds the number of an OPEN while it is judged. Nothing but the end of it may be said there before the answer. */

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

  /** Somebody waits for the answer. */
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

  /** The leg has forgotten the number already. */
  lost(): void {}
}
