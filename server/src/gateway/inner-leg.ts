/**
 * A consumer's leg without a socket. The gateway uses it to enter the relay in the same way as every other consumer.
 */
import { type Clock, Leg, type LegHandler, type Transport } from '@unicore/protocol';
import type { Identity, Relay } from '../relay/index.ts';

/** One direction between two legs in this process. Messages arrive in a later microtask, as from a socket. */
class Wire implements Transport {
  buffered = 0;
  from: Leg | undefined;
  to: Leg | undefined;

  send(message: Uint8Array): void {
    this.buffered += message.length;
    queueMicrotask(() => {
      this.buffered -= message.length;
      this.to?.receive(message);
      this.from?.drained();
    });
  }

  close(code: number, reason: string): void {
    queueMicrotask(() => this.to?.socketClosed(code, reason));
  }
}

interface InnerLegOptions {
  clock: Clock;
  relay: Relay;
  identity: Identity;
  handler: LegHandler;
}

/** Returns the consumer's end; the relay holds the other one. Closing either closes both. */
export function innerLeg({ clock, relay, identity, handler }: InnerLegOptions): Leg {
  const out = new Wire();
  const back = new Wire();
  const atRelay: Leg = new Leg({
    transport: back,
    clock,
    peer: 'consumer',
    handler: {
      hello() {
        relay.enter(atRelay, identity);
        atRelay.welcome({});
      },
      open: (frame) => relay.open(atRelay, frame),
      ...(handler.fault && { fault: handler.fault }),
      closed: () => relay.leave(atRelay),
    },
  });
  const own = new Leg({ transport: out, clock, peer: 'hub', dial: { meta: {} }, handler });
  Object.assign(out, { from: own, to: atRelay });
  Object.assign(back, { from: atRelay, to: own });
  return own;
}
