/** Sets up a tunnel on a simulated clock, and the hub that the tunnel dials. */
import { Nearest } from '@unicore/protocol';
import type { AgentCalls } from '@unicore/protocol/control';
import { SimClock } from '@unicore/protocol/sim';
import { pino } from 'pino';
import { Credentials, type ProviderKey } from '../../identity/index.ts';
import { Tunnel, type TunnelState } from '../index.ts';
import { FakeHub } from './fake-hub.ts';

export const BEAT = { cpu: 0.5, cores: 2, memoryTotal: 1, memoryFree: 1, diskTotal: 1, diskFree: 1, vms: 0 };
export const HELLO = {
  version: '1',
  name: 'desk',
  runtime: 'process',
  isolation: 'process',
  desktops: null,
  beat: BEAT,
} as const;

/** distances: round-trip time to each hub, in ms. */
export function setUpTunnel(random = () => 0.5, distances: Record<string, number> = {}) {
  const clock = new SimClock();
  const hub = new FakeHub(clock);
  const states: TunnelState[] = [];
  const lines: string[] = [];
  let tokens = 0;
  let sessions = 0;
  let retired = 0;
  let connSeq = 0;
  const api: AgentCalls = {
    join: () => Promise.reject(new Error('not here')),
    challenge: async ({ providerId }) => ({ challenge: `unicore-provider-challenge:${providerId}:x` }),
    token: async () => ({ token: `token-${++tokens}`, expiresAt: 15 * 60_000 }),
  };
  const key = { sign: () => 'signature' } as unknown as ProviderKey;
  const nearest = new Nearest({
    home: 'http://hub',
    clock,
    random,
    probe: async (url) => distances[url] ?? Promise.reject(new Error('away')),
    trusted: () => true,
  });
  const tunnel = new Tunnel({
    nearest,
    credentials: new Credentials({ providerId: 'p', key, hub: () => api, now: () => clock.now() }),
    hello: async () => ({ ...HELLO, connSeq: ++connSeq }),
    beat: async () => BEAT,
    session: () => {
      sessions++;
      return { open: () => undefined, retire: () => retired++, closed: () => sessions-- };
    },
    changed: (state) => states.push(state),
    clock,
    random,
    log: pino({ level: 'warn' }, { write: (line: string) => lines.push(line) }),
    openSocket: hub.openSocket,
  });
  return {
    clock,
    hub,
    tunnel,
    states,
    lines,
    now: () => states.at(-1)?.state,
    open: () => sessions,
    retired: () => retired,
  };
}
