/** The agent's end of a control channel, for tests: carries out orders by saying that it did. */
import { type Channel, Messages, type OpenRequest, UniCoreError } from '@unicore/protocol';
import {
  type AgentMethods,
  controlRpc,
  type DesktopMethods,
  type DesktopObserved,
  type DesktopOrder,
  type HubMethods,
  type VmObserved,
  type VmOrder,
} from '@unicore/protocol/control';

type ControlRpc = Parameters<typeof controlRpc<HubMethods, AgentMethods>>[0];

/** Answers the hub by these methods. Returns the hub's methods, and the channel. */
export function answerControl(
  request: OpenRequest,
  local: AgentMethods,
  tracing?: ControlRpc['tracing'],
): { hub: HubMethods; channel: Channel } {
  const messages = new Messages((value) => rpc.receive(value));
  const rpc = controlRpc<HubMethods, AgentMethods>({
    local,
    post: (value) => messages.send(value),
    onError: () => {},
    ...(tracing && { tracing }),
  });
  const closed = (): void => rpc.close(new UniCoreError('LEG_LOST', 'The hub went away.'));
  const channel = request.accept({ data: messages.data, pull: messages.pull, closed }, {});
  messages.bind(channel);
  return { hub: rpc.remote, channel };
}

/** What an agent reports of a VM that is as it was ordered. */
export function asOrdered({ vmId, gen, desired }: Pick<VmOrder, 'vmId' | 'gen' | 'desired'>): VmObserved {
  return { vmId, gen, phase: desired, code: null, reason: null };
}

/** What an agent reports of a desktop that is as it was ordered. */
export function desktopAsOrdered({ sessionId, attempt, desired }: DesktopOrder): DesktopObserved {
  const use = { ms: 1_000, sentBytes: 0 };
  return { sessionId, attempt, phase: desired, code: null, reason: null, isolation: 'sandboxed', use };
}

/** Calls about a desktop to an agent that has none. */
export const NO_DESKTOPS: DesktopMethods = {
  desktopControl: () => Promise.reject(new UniCoreError('NOT_FOUND', 'There is no such desktop here.')),
  desktopScreenshot: () => Promise.reject(new UniCoreError('NOT_FOUND', 'There is no such desktop here.')),
};

/** Methods of an agent on which every order succeeds at once. */
export function obedientAgent(hub: () => HubMethods): AgentMethods {
  return {
    async apply(orders) {
      // Not awaited: the hub hears of it after the answer to its order. If the connection is gone, the next one repeats it.
      hub()
        .observed({ whole: false, vms: orders.map(asOrdered) })
        .catch(() => {});
    },
    terminals: async () => [],
    openTerminal: async ({ terminalId, cols, rows }) => {
      return { terminalId, title: '', cols, rows, viewers: 0, createdAt: 0 };
    },
    async resizeTerminal() {},
    async closeTerminal() {},
    terminalPath: async () => ({ providerMs: null, keeperMs: null, echoMs: null }),
    async applyDesktops(orders) {
      hub()
        .observedDesktops({ whole: false, desktops: orders.map(desktopAsOrdered) })
        .catch(() => {});
    },
    ...NO_DESKTOPS,
  };
}
