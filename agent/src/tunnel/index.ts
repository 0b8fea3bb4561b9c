/** The agent's outbound connection to a hub. */
export { measureLatency } from './hub-latency.ts';
export type { HubSession } from './session.ts';
export type { TunnelSocket } from './socket.ts';
export { Tunnel, type TunnelState } from './tunnel.ts';
