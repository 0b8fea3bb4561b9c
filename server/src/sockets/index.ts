/** What the rest of the hub uses of the sockets. */
export { attachSockets, HUB_PATH, type Sockets } from './attach.ts';
export type {
  HubSockets,
  LegKind,
  LegMeter,
  ProviderConnection,
  ProviderEvents,
  SocketAuth,
  SocketDeps,
  SocketKind,
  SocketMeter,
  Ticket,
} from './deps.ts';
export { SUBPROTOCOL } from './endpoint.ts';
export { legOver } from './transport.ts';
