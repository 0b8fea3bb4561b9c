/** The /consumer endpoint: the socket of a browser page or SDK, which carries many channels. */
import { UniCoreError } from '@unicore/protocol';
import { ConsumerHello } from '@unicore/protocol/control';
import { type Identity, parse } from '../relay/index.ts';
import type { SocketDeps } from './deps.ts';
import { type Endpoint, goAway, greet, greeting, type Incoming } from './endpoint.ts';
import { rotate } from './rotation.ts';
import { legOver } from './transport.ts';

export const consumerEndpoint: Endpoint = (incoming, deps) => {
  const { ws, greeted } = incoming;
  let log = incoming.log;
  let stopRotation = () => {};
  const leg = legOver({
    ws,
    socket: incoming.request.socket,
    kind: 'consumer',
    peer: 'consumer',
    clock: deps.clock,
    meter: deps.meter,
    handler: {
      hello: (meta) =>
        void greet(leg, log, async () => {
          const identity = await identify(meta, incoming, deps);
          if (!leg.open) return;
          log = log.child({ user: identity.userId });
          deps.relay.enter(leg, identity);
          leg.welcome(greeting(deps));
          greeted();
          stopRotation = rotate(leg, deps.clock, deps.rotateMs);
          log.info('consumer connected');
        }),
      open: (frame) => deps.relay.open(leg, frame),
      fault: (error) => log.error({ err: error }, 'a frame could not be handled'),
      closed(code, message) {
        greeted();
        stopRotation();
        deps.relay.leave(leg);
        log.info({ code, reason: message }, 'consumer disconnected');
      },
    },
  });
  return goAway(leg, () => stopRotation());
};

/**
 * Identifies the user. A token or ticket is accepted from any origin. A cookie is accepted only from the
 * hub's own pages, which the Origin header identifies.
 */
async function identify(meta: unknown, { request }: Incoming, { auth }: SocketDeps): Promise<Identity> {
  const { token, ticket } = parse(ConsumerHello, meta, 'HELLO');
  if (token !== undefined) {
    const identity = await auth.bearer(token);
    if (!identity) throw new UniCoreError('UNAUTHENTICATED', 'The token is unknown or was revoked.');
    return identity;
  }
  if (ticket !== undefined) {
    const identity = await auth.consumerTicket(ticket);
    if (!identity) {
      throw new UniCoreError(
        'TICKET_INVALID',
        'The ticket is wrong, used or expired. Ask system.ticket for a new one.',
      );
    }
    return identity;
  }
  const identity = request.headers.origin === undefined ? undefined : await auth.session(request);
  if (!identity) throw new UniCoreError('UNAUTHENTICATED', 'Sign in again.');
  return identity;
}
