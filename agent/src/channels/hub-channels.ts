/**
 * Serves the channels that the hub opens on one connection: a control channel, and channels of terminals and
 * desktops.
 */
import {
  Acceptor,
  ChannelKind,
  type Clock,
  ERRORS,
  FrameType,
  type Leg,
  UniCoreError,
} from '@unicore/protocol';
import type { AgentMethods } from '@unicore/protocol/control';
import { zlibDeflater } from '@unicore/protocol/zlib';
import type { Logger } from 'pino';
import {
  type AgentServices,
  agentMethods,
  type DesktopService,
  desktopMethods,
  ensureTerminal,
  type Reports,
  serveControl,
} from '../control/index.ts';
import type { HubSession } from '../tunnel/index.ts';
import type { ChannelRelay } from './channel-relay.ts';
import { DESKTOP_KINDS, desktopRelay } from './desktop-relay.ts';
import { terminalRelay } from './terminal-relay.ts';

interface Common {
  reports: readonly Reports[];
  clock: Clock;
  log: Logger;
}

export interface ServeHubOptions extends Common {
  services: AgentServices;
}

export interface ServeDesktopsOptions extends Common {
  desktops: DesktopService;
}

export function serveHub({ services, ...common }: ServeHubOptions): (leg: Leg) => HubSession {
  const { log } = common;
  const terminals = terminalRelay({
    runs: (vmId, gen) => services.fleet.runs(vmId, gen),
    keeper: () => services.keeper(),
    ensureTerminal: (open) => ensureTerminal(services, open),
    log,
  });
  const desktops = desktopRelay({ holder: (ref) => services.desktops.holder(ref), log });
  const relayOf = (kind: number) => {
    if (kind === ChannelKind.terminal) return terminals;
    return DESKTOP_KINDS.has(kind) ? desktops : undefined;
  };
  return serve(agentMethods(services), relayOf, common);
}

/** Serves a hub that has desktops here, and no VMs. */
export function serveDesktops({ desktops, ...common }: ServeDesktopsOptions): (leg: Leg) => HubSession {
  const relay = desktopRelay({ holder: (ref) => desktops.holder(ref), log: common.log });
  return serve(desktopMethods(desktops), (kind) => (DESKTOP_KINDS.has(kind) ? relay : undefined), common);
}

/** relayOf: returns the relay for the channels of this kind. */
function serve(
  methods: AgentMethods,
  relayOf: (kind: number) => ChannelRelay | undefined,
  { reports, clock, log }: Common,
): (leg: Leg) => HubSession {
  return (leg) => {
    let retired = false;
    const control = new Acceptor({
      clock,
      accept: (request) =>
        serveControl(
          request,
          whileInUse(methods, () => !retired),
          reports,
          log,
        ),
      deflater: zlibDeflater,
    });
    return {
      open(frame) {
        // A newer connection has replaced this one. A DETACHED frame makes the opener of the channel retry on
        // the newer connection.
        if (retired)
          return leg.send({
            type: FrameType.DETACHED,
            ch: frame.ch,
            code: ERRORS.PROVIDER_UNREACHABLE.number,
          });
        if (frame.kind === ChannelKind.control) return control.open(leg, frame);
        const relay = relayOf(frame.kind);
        if (relay) return relay.open(leg, frame);
        const message = `this agent has no channels of kind ${frame.kind}`;
        leg.send({ type: FrameType.RESET, ch: frame.ch, code: ERRORS.KIND_UNKNOWN.number, message });
      },
      retire: () => {
        retired = true;
      },
      closed: () => control.close('LEG_LOST', 'the connection to the hub is gone'),
    };
  };
}

/**
 * Returns RPC methods that refuse the hub's orders on a connection that a newer one has replaced. A hub that
 * still sends orders on the old connection does not know of the newer one, so its orders may be outdated.
 */
function whileInUse(methods: AgentMethods, inUse: () => boolean): AgentMethods {
  const refuse = () => {
    if (inUse()) return;
    throw new UniCoreError('SUPERSEDED', 'This provider has a newer connection, and takes orders there.');
  };
  return {
    ...methods,
    async apply(orders) {
      refuse();
      return methods.apply(orders);
    },
    async applyDesktops(orders) {
      refuse();
      return methods.applyDesktops(orders);
    },
  };
}
