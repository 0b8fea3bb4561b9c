/** The agent's end of the control channel. The hub opens one control channel on each connection. */
import type { OpenRequest } from '@unicore/protocol';
import type { AgentMethods, HubMethods } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import { acceptRpc } from '../local/index.ts';

/** Tells the hub on this connection what the agent observes. */
export interface Reports {
  connect(hub: HubMethods): void;
  disconnect(hub: HubMethods): void;
}

export function serveControl(
  request: OpenRequest,
  methods: AgentMethods,
  reports: readonly Reports[],
  log: Logger,
): void {
  const { remote: hub } = acceptRpc<HubMethods, AgentMethods>(request, {
    local: methods,
    onError: (error, what) => log.warn({ err: error, what }, 'control call failed'),
    closed() {
      for (const each of reports) each.disconnect(hub);
    },
  });
  for (const each of reports) each.connect(hub);
}
