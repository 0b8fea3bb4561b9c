/** How a leg to another hub is made: by mail, or by a socket of its own where hubs can be addressed. */
import { type ErrorCode, type FrameOf, type FrameType, type Leg, UniCoreError } from '@unicore/protocol';

/** An OPEN came on a leg that another hub dialled. */
export type OpenedLeg = (leg: Leg, open: FrameOf<typeof FrameType.OPEN>) => void;

export interface LegEvents {
  fault(error: unknown): void;
  /** Exactly once for each leg that was up. */
  closed(code: ErrorCode, message: string): void;
}

export interface HubDialer {
  /** For logs and metrics. */
  readonly name: 'mail' | 'direct';
  /** A leg that is up. Undefined: this way does not lead to that hub. Rejects within seconds where it should. */
  dial(peer: string, events: LegEvents): Promise<Leg | undefined>;
}

/** Settles as the handshake of the leg that `make` makes: with the leg, or why there is none. */
export function greeted(
  events: LegEvents,
  make: (handler: LegEvents & { welcome(): void }) => Leg,
): Promise<Leg> {
  return new Promise((resolve, reject) => {
    let up = false;
    const leg: Leg = make({
      fault: events.fault,
      welcome() {
        up = true;
        resolve(leg);
      },
      closed(code, message) {
        if (up) events.closed(code, message);
        else reject(new UniCoreError(code, message));
      },
    });
  });
}
