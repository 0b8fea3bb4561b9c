/** The agent's end of the control channel. The hub opens one control channel on each connection. */
import { Messages, type OpenRequest, UniCoreError } from '@unicore/protocol';
import { type AgentMethods, controlRpc, type HubMethods } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import type { Reporter } from './reporter.ts';

export function serveControl(
  request: OpenRequest,
  methods: AgentMethods,
  reporter: Reporter,
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
        reporter.disconnect(rpc.remote);
        rpc.close(new UniCoreError(code, message));
      },
    },
    {},
  );
  messages.bind(channel);
  reporter.connect(rpc.remote);
}
