/** What the hub may open on a connection: one control channel, and terminals. */
import { Acceptor, ChannelKind, type Clock, ERRORS, FrameType, type Leg } from '@unicore/protocol';
import { zlibDeflater } from '@unicore/protocol/zlib';
import type { Logger } from 'pino';
import { type AgentServices, agentMethods, ensureTerminal } from '../control/methods.ts';
import type { Reporter } from '../control/reporter.ts';
import { serveControl } from '../control/serve.ts';
import { TerminalRelay } from './terminal-relay.ts';
import type { HubSession } from './tunnel.ts';

export interface ServeHubOptions {
  services: AgentServices;
  reporter: Reporter;
  clock: Clock;
  log: Logger;
}

export function serveHub({ services, reporter, clock, log }: ServeHubOptions): (leg: Leg) => HubSession {
  const methods = agentMethods(services);
  const terminals = new TerminalRelay({
    runs: (vmId, gen) => services.fleet.runs(vmId, gen),
    keeper: () => services.keeper(),
    ensureTerminal: (open) => ensureTerminal(services, open),
    log,
  });
  return (leg) => {
    const control = new Acceptor({
      clock,
      accept: (request) => serveControl(request, methods, reporter, log),
      deflater: zlibDeflater,
    });
    return {
      open(frame) {
        if (frame.kind === ChannelKind.terminal) return terminals.open(leg, frame);
        if (frame.kind === ChannelKind.control) return control.open(leg, frame);
        const message = `this agent has no channels of kind ${frame.kind}`;
        leg.send({ type: FrameType.RESET, ch: frame.ch, code: ERRORS.KIND_UNKNOWN.number, message });
      },
      closed: () => control.close('LEG_LOST', 'the connection to the hub is gone'),
    };
  };
}
