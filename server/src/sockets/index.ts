/** What the rest of the hub uses of the sockets. */
export { attachSockets, HUB_PATH, type Sockets } from './attach.ts';
export { consumerEndpoint } from './consumer.ts';
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
export { type Endpoint, type GoAway, SUBPROTOCOL } from './endpoint.ts';
export { providerEndpoint } from './provider.ts';
export { terminalEndpoint } from './terminal.ts';
export { legOver } from './transport.ts';
