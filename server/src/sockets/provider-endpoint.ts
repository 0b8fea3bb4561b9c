/**
 * The /provider endpoint: the socket of an agent. The newest socket is used to reach the provider. An older
 * socket keeps its channels until they have moved to the newest one.
 */
import { FrameType, packMeta, UniCoreError } from '@unicore/protocol';
import { AgentHello, BeatMeta } from '@unicore/protocol/control';
import { Rate } from '../rate.ts';
import { parse } from '../relay/index.ts';
import { type Endpoint, goAway, greet, greeting } from './endpoint.ts';
import { rotate } from './rotation.ts';
import { legOver } from './transport.ts';

const EMPTY = packMeta({});
/** Maximum number of BEAT frames (heartbeats) per second on one connection. An agent sends one every 5 s. */
const BEATS_PER_SECOND = 5;

export const providerEndpoint: Endpoint = ({ ws, request, log: socketLog, greeted }, deps) => {
  const { providers, relay } = deps;
  let log = socketLog;
  let providerId: string | undefined;
  let stopRotation = () => {};
  const beats = new Rate(deps.clock, BEATS_PER_SECOND);
  const leg = legOver({
    ws,
    socket: request.socket,
    kind: 'provider',
    peer: 'provider',
    clock: deps.clock,
    meter: deps.meter,
    heard: () => {
      if (providerId !== undefined) providers.heard(providerId);
    },
    handler: {
      hello: (meta) =>
        void greet(leg, log, async () => {
          const hello = parse(AgentHello, meta, 'HELLO');
          const id = await deps.auth.provider(hello.token);
          if (!leg.open) return;
          relay.claim(id, hello.connSeq, leg);
          providerId = id;
          log = log.child({ provider: id, connSeq: hello.connSeq });
          leg.welcome(greeting(deps));
          greeted();
          stopRotation = rotate(leg, deps.clock, deps.rotateMs);
          log.info({ version: hello.version, runtime: hello.runtime }, 'provider connected');
          providers.connected({ providerId: id, hello, leg });
        }),
      beat(seq, meta) {
        if (!beats.take()) throw new UniCoreError('RATE_LIMITED', 'BEAT comes too often.');
        const beat = parse(BeatMeta, meta, 'BEAT');
        leg.send({ type: FrameType.BEATACK, seq, meta: EMPTY });
        providers.beat(providerId!, beat);
      },
      idle: () => relay.routes.idle(leg),
      fault: (error) => log.error({ err: error }, 'a frame could not be handled'),
      closed(code, message) {
        greeted();
        stopRotation();
        log.info({ code, reason: message }, 'provider disconnected');
        if (providerId !== undefined && relay.release(providerId, leg)) {
          providers.disconnected(providerId, code);
        }
      },
    },
  });
  return goAway(leg, () => stopRotation());
};
