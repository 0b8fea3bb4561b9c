/** What the rest of the hub uses of the sockets. */
export { attachSockets, type Sockets } from './attach.ts';
export type {
  ProviderConnection,
  ProviderEvents,
  SocketAuth,
  SocketDeps,
  SocketKind,
  SocketMeter,
  Ticket,
} from './deps.ts';
