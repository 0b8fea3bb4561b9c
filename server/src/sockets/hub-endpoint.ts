/** The /hub endpoint: a socket from another hub. It is used only if the hubs have URLs for one another. */
import { z } from 'zod';
import { parse } from '../relay/index.ts';
import { type Endpoint, goAway, greet } from './endpoint.ts';
import { closeSocket } from './hub-socket.ts';
import { legOver } from './transport.ts';

const HubHello = z.object({ token: z.string().max(4096) });

export const hubEndpoint: Endpoint = ({ ws, request, log, greeted }, deps) => {
  const { hubs } = deps;
  if (!hubs) {
    closeSocket(ws, 'NOT_FOUND', 'This hub takes no sockets from other hubs: HUB_PEER_URL is not set.');
    greeted();
    return () => {};
  }
  let left = () => {};
  const leg = legOver({
    ws,
    socket: request.socket,
    kind: 'hub',
    peer: 'relay',
    patience: hubs.patience,
    clock: deps.clock,
    meter: deps.meter,
    handler: {
      hello: (meta) =>
        void greet(leg, log, async () => {
          const peer = await hubs.admit(parse(HubHello, meta, 'HELLO').token);
          if (!leg.open) return;
          leg.welcome({});
          greeted();
          left = hubs.accepted(leg);
          log.info({ peer }, 'leg from another hub is up');
        }),
      open: (frame) => hubs.opened(leg, frame),
      fault: (error) => log.error({ err: error }, 'a frame could not be handled'),
      closed(code, message) {
        greeted();
        left();
        log.info({ code, reason: message }, 'leg from another hub closed');
      },
    },
  });
  return goAway(leg, () => {});
};
