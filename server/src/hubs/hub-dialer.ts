/**
 * A transport for connections (legs) to other hubs. One transport is a direct socket to a hub that has an
 * address. The other transport sends messages through Redis.
 */
import { type ErrorCode, type FrameOf, type FrameType, type Leg, UniCoreError } from '@unicore/protocol';

/** Called when an OPEN frame arrives on a connection (leg) that another hub dialled. */
export type OpenedLeg = (leg: Leg, open: FrameOf<typeof FrameType.OPEN>) => void;

export interface LegEvents {
  fault(error: unknown): void;
  /** Called when a connection (leg) that was up has closed, exactly once for each connection. */
  closed(code: ErrorCode, message: string): void;
}

export interface HubDialer {
  /** The name of this transport in logs and metrics. */
  readonly name: 'mail' | 'direct';
  /**
   * Dials a connection (leg) to another hub and resolves when it is up. Resolves to undefined if this
   * transport cannot lead to that hub. Rejects within seconds if the hub should answer but does not.
   */
  dial(peer: string, events: LegEvents): Promise<Leg | undefined>;
}

/**
 * Creates a connection (leg) with `make` and waits for the handshake. Resolves with the connection, or
 * rejects with the reason why the connection closed.
 */
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
