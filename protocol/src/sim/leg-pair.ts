/** Creates the two ends of a protocol connection over a simulated socket. */
import { Leg, type LegHandler } from '../leg/index.ts';
import type { Clock } from '../time/index.ts';
import type { Peer } from '../wire/index.ts';
import { Wire } from './wire.ts';

/** Options for one end of the socket. */
export interface LegEnd {
  /** The kind of peer at the other end of the connection. */
  peer: Peer;
  handler?: (leg: () => Leg) => Partial<LegHandler>;
}

/**
 * Creates a connection from `near` to `far`. `far` answers with WELCOME, unless its handler does something
 * else.
 */
export function legPair(clock: Clock, delayMs: number, ends: { near: LegEnd; far: LegEnd }) {
  const wire = new Wire(clock, delayMs);
  const closed = () => {};
  const near: Leg = new Leg({
    transport: wire.a,
    clock,
    peer: ends.near.peer,
    dial: { meta: {} },
    handler: { closed, ...ends.near.handler?.(() => near) },
  });
  const far: Leg = new Leg({
    transport: wire.b,
    clock,
    peer: ends.far.peer,
    handler: { hello: () => far.welcome({}), closed, ...ends.far.handler?.(() => far) },
  });
  wire.connect(near, far);
  return { wire, near, far };
}
