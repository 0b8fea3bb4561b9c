/**
 * A connection (leg) between the gateway and the relay in one process, without a socket. The gateway thus
 * uses the relay in the same way as every other consumer.
 */
import { type Clock, Leg, type LegHandler, type Transport } from '@unicore/protocol';
import type { Identity, Relay } from '../relay/index.ts';

/**
 * Carries messages in one direction between two ends of a connection in this process. Messages arrive
 * asynchronously, in a later microtask, as they would from a socket.
 */
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

/**
 * Returns the consumer's end of a new connection to the relay. The relay has the other end. If either end is
 * closed, the other end is closed too.
 */
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
