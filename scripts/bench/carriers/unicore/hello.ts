/** Hello message with which the bench's provider introduces itself to the hub. */
import type { AgentHello } from '@unicore/protocol/control';

export const AGENT_HELLO: AgentHello = {
  token: 'bench',
  connSeq: 1,
  version: '0.0.0',
  name: 'bench',
  runtime: 'process',
  isolation: 'process',
  beat: { cpu: 0, cores: 2, memoryTotal: 1, memoryFree: 1, diskTotal: 1, diskFree: 1, vms: 0 },
};
