/** What the outside may use of the tunnel. */
export { maskFor } from './mask.ts';
export type { HubSession } from './session.ts';
export { Tunnel, type TunnelState } from './tunnel.ts';
