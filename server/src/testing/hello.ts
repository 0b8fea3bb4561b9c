/** The HELLO of a test's agent. */
import type { AgentHello } from '@unicore/protocol/control';

const GIB = 2 ** 30;

export const HELLO: AgentHello = {
  token: '',
  connSeq: 1,
  version: '0.0.0',
  name: 'desk',
  runtime: 'docker',
  isolation: 'container',
  desktops: null,
  beat: {
    cpu: 0.25,
    cores: 4,
    memoryTotal: 8 * GIB,
    memoryFree: 4 * GIB,
    diskTotal: 100 * GIB,
    diskFree: 50 * GIB,
    vms: 0,
  },
};

/** The BEAT of a machine with room for two large VMs. */
export const SMALL_BEAT: AgentHello['beat'] = {
  cpu: 0,
  cores: 1,
  memoryTotal: 4 * GIB,
  memoryFree: 0,
  diskTotal: 0,
  diskFree: 0,
  vms: 0,
};
