/** The agent's end of the control channel. The hub opens one control channel on each connection. */
import { Messages, type OpenRequest, UniCoreError } from '@unicore/protocol';
import { type AgentMethods, controlRpc, type HubMethods } from '@unicore/protocol/control';
import type { Logger } from 'pino';

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
  const messages = new Messages((value) => rpc.receive(value));
  const rpc = controlRpc<HubMethods, AgentMethods>({
    local: methods,
    post: (value) => messages.send(value),
    onError: (error, what) => log.warn({ err: error, what }, 'control call failed'),
  });
  const channel = request.accept(
    {
      data: messages.data,
      pull: messages.pull,
      closed(code, message) {
        for (const each of reports) each.disconnect(rpc.remote);
        rpc.close(new UniCoreError(code, message));
      },
    },
    {},
  );
  messages.bind(channel);
  for (const each of reports) each.connect(rpc.remote);
}
