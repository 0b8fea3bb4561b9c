/** A transport for legs to other hubs: a direct socket if the hub has an address, otherwise messages through Redis. */
import { type ErrorCode, type FrameOf, type FrameType, type Leg, UniCoreError } from '@unicore/protocol';

/** Called when an OPEN frame arrives on a leg that another hub dialled. */
export type OpenedLeg = (leg: Leg, open: FrameOf<typeof FrameType.OPEN>) => void;

export interface LegEvents {
  fault(error: unknown): void;
  /** Called exactly once for each leg that was up. */
  closed(code: ErrorCode, message: string): void;
}

export interface HubDialer {
  /** Name in logs and metrics. */
  readonly name: 'mail' | 'direct';
  /**
   * Dials a leg and resolves when it is up. Undefined if this transport cannot lead to that hub. Rejects within seconds
   * if the hub should answer but does not.
   */
  dial(peer: string, events: LegEvents): Promise<Leg | undefined>;
}

/**
 * Waits for the handshake of the leg that `make` creates: resolves with the leg, or rejects with the reason why it
 * closed.
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
