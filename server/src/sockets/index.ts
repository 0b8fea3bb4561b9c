/** The public interface of the WebSocket endpoints. */
export { attachSockets, HUB_PATH, type Sockets } from './attach.ts';
export { consumerEndpoint } from './consumer-endpoint.ts';
export type {
  DesktopTicket,
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
export { cdpEndpoint, vncEndpoint } from './desktop-endpoints.ts';
export { type Endpoint, type GoAway, SUBPROTOCOL } from './endpoint.ts';
export { providerEndpoint } from './provider-endpoint.ts';
export { terminalEndpoint } from './terminal-endpoint.ts';
export { legOver } from './transport.ts';
